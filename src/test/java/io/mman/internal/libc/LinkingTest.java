package io.mman.internal.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class LinkingTest {
  private static final FunctionDescriptor SHAPE =
      FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_INT);

  /**
   * It fails when it is called, with the exception that the caller expects, and not when it is
   * linked.
   */
  @Test
  void callingAMissingFunctionNamesIt() {
    MethodHandle plain = Linking.link("no_such_function", SHAPE);
    MethodHandle variadic = Linking.linkVariadic("no_such_function", SHAPE, 1);
    MemorySegment scratch = Scratch.get();

    assertFalse(Linking.has("no_such_function"));
    assertTrue(Linking.has("mmap"));
    var e =
        assertThrows(
            UnsupportedOperationException.class,
            () -> ignore((long) plain.invokeExact(scratch, MemorySegment.NULL, 1)));
    assertTrue(e.getMessage().startsWith("no_such_function does not exist on Linux"));
    assertThrows(
        UnsupportedOperationException.class,
        () -> ignore((long) variadic.invokeExact(scratch, MemorySegment.NULL, 1)));
  }

  private static void ignore(long result) {
    assertEquals(0, result);
  }

  @Test
  void exceptionsOfACallPassUnchanged() {
    RuntimeException unchecked = new IllegalStateException("closed");
    IOException checked = new IOException();

    assertSame(unchecked, Linking.unexpected(unchecked));
    assertSame(checked, Linking.unexpected(checked).getCause());
    StackOverflowError error = new StackOverflowError();
    assertSame(error, assertThrows(StackOverflowError.class, () -> Linking.unexpected(error)));
  }

  /** Otherwise a call of one thread could overwrite the errno of another's. */
  @Test
  void eachThreadHasAScratchOfItsOwn() throws ExecutionException, InterruptedException {
    long mine = Scratch.get().address();
    long other = CompletableFuture.supplyAsync(() -> Scratch.get().address()).get();

    assertEquals(mine, Scratch.get().address());
    assertNotEquals(mine, other);
  }

  @Test
  void theErrorIsNegativeAndSuccessIsAsInC() {
    assertEquals(-9, FileCalls.close(-1)); // EBADF
    assertEquals(-22, MemoryCalls.munmap(MemorySegment.NULL)); // EINVAL: length 0
    assertTrue(ProcessCalls.pageSize() > 0);
  }
}
