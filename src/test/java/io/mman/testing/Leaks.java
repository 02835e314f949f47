package io.mman.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Supplier;

/** Checks that failing requests leave no descriptor and no mapping. */
public final class Leaks {
  private static final int TIMES = 16;

  private Leaks() {}

  /**
   * Makes a request fail many times.
   *
   * @param bytes what each request would map: much more than the JVM itself may map meanwhile
   * @return what the last request threw
   */
  public static <T> T none(long bytes, Supplier<T> failing) {
    failing.get(); // loads classes, which opens files and maps memory
    var filesBefore = OpenFiles.all();
    long before = ProcMaps.statusBytes("VmSize");
    T last = null;
    for (int i = 0; i < TIMES; i++) {
      last = failing.get();
    }
    long grown = ProcMaps.statusBytes("VmSize") - before;
    assertEquals(filesBefore, OpenFiles.all());
    assertTrue(grown < TIMES * bytes / 2, () -> "grown by " + grown + " bytes");
    return last;
  }

  /**
   * Checks that an action leaves no address space allocated, not even a page: the JVM itself
   * sometimes allocates some, a leak does so every time.
   */
  public static void noAddressSpace(Runnable action) {
    action.run(); // loads classes
    long grown = 0;
    for (int i = 0; i < TIMES; i++) {
      long before = ProcMaps.statusBytes("VmSize");
      action.run();
      grown = ProcMaps.statusBytes("VmSize") - before;
      if (grown <= 0) {
        return;
      }
    }
    throw new AssertionError("leaked " + grown + " bytes of address space each time");
  }
}
