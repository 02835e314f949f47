package io.mman.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mman.Errno;
import io.mman.MmanException;
import org.junit.jupiter.api.function.Executable;

/** Checks of calls that fail. */
public final class Failures {
  private Failures() {}

  /** Checks that the action fails in this C function with this error; returns the exception. */
  public static MmanException failure(String call, Errno errno, Executable action) {
    MmanException e = assertThrows(MmanException.class, action);
    assertEquals(call, e.call());
    assertEquals(errno, e.error(), e::getMessage);
    return e;
  }
}
