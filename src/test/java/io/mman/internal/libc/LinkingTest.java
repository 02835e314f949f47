package io.mman.internal.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class LinkingTest {
  /**
   * It fails when it is called, with the exception that the caller expects, and not when it is
   * linked.
   */
  @Test
  void callingAMissingFunctionNamesIt() {
    CFunction missing = new CFunction("no_such_function");

    assertFalse(missing.exists());
    assertTrue(new CFunction("mmap").exists());
    var e = assertThrows(UnsupportedOperationException.class, () -> missing.call(1, 2, 3, 4, 5));
    assertTrue(e.getMessage().startsWith("no_such_function does not exist on Linux"));
    assertThrows(UnsupportedOperationException.class, missing::link);
  }

  /** The structure that captures errno begins with it, which the code relies on. */
  @Test
  void errnoIsAtTheStartOfTheCapturedState() {
    assertEquals(
        0, Linker.Option.captureStateLayout().byteOffset(PathElement.groupElement("errno")));
  }

  /** A segment that no function reads is held open like one whose address is an argument. */
  @Test
  void aCallRefusesASegmentThatItCouldNotHoldOpen() {
    CFunction getpid = new CFunction("getpid");
    MemorySegment open = Arena.ofAuto().allocate(8);
    MemorySegment closed;
    try (Arena arena = Arena.ofShared()) {
      closed = arena.allocate(8);
    }
    MemorySegment heap = MemorySegment.ofArray(new byte[8]);

    assertEquals(ProcessHandle.current().pid(), call(getpid, open, open));
    assertThrows(IllegalStateException.class, () -> call(getpid, open, closed));
    assertThrows(IllegalStateException.class, () -> call(getpid, closed, open));
    assertThrows(IllegalArgumentException.class, () -> call(getpid, open, heap));
    assertThrows(IllegalArgumentException.class, () -> call(getpid, heap, open));
  }

  private static long call(CFunction function, MemorySegment held, MemorySegment alsoHeld) {
    return function.callForLong(0, 0, 0, 0, 0, 0, held, alsoHeld);
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
    long mine = Scratch.get().structureAddress();
    long other = CompletableFuture.supplyAsync(() -> Scratch.get().structureAddress()).get();

    assertEquals(mine, Scratch.get().structureAddress());
    assertNotEquals(mine, other);
  }

  @Test
  void theErrorIsNegativeAndSuccessIsAsInC() {
    assertEquals(-9, FileCalls.close(-1)); // EBADF
    assertEquals(-22, MemoryCalls.munmap(MemorySegment.NULL)); // EINVAL: length 0
    assertTrue(ProcessCalls.pageSize() > 0);
  }
}
