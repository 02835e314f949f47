package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.Allocations;
import io.mman.testing.ChildJvm;
import io.mman.testing.Pages;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In a JVM of its own, without the agent that counts coverage. */
class MmanAllocationTest {
  private static final int CALLS = 20_000;

  /** After so many calls everything is compiled. */
  private static final int ROUNDS = 100;

  private interface Call {
    void on(MemorySegment range);
  }

  /** Prints the calls that still allocate after they have been made often. */
  static class Caller {
    public static void main(String... arguments) {
      try (Pages pages = Pages.anonymous(1)) {
        MemorySegment range = pages.segment();
        check("nothing", range, memory -> {});
        check("madvise", range, memory -> Mman.madvise(memory, Advice.NORMAL));
        check("mprotect", range, memory -> Mman.mprotect(memory, Protection.READ_WRITE));
        check("msync", range, memory -> Mman.msync(memory));
        check("msync ASYNC", range, memory -> Mman.msync(memory, SyncFlag.ASYNC));
        check("msync INVALIDATE", range, memory -> Mman.msync(memory, SyncFlag.INVALIDATE));
        check("mlock", range, memory -> Mman.mlock(memory));
        check("mlock2", range, memory -> Mman.mlock(memory, LockFlag.ONFAULT));
        check("munlock", range, memory -> Mman.munlock(memory));
        check("objects", range, memory -> sink = new Object());
      }
    }

    static Object sink;

    private static void check(String name, MemorySegment range, Call call) {
      long allocated = Long.MAX_VALUE;
      for (int round = 0; round < ROUNDS && allocated >= CALLS; round++) {
        allocated = allocatedBy(range, call);
      }
      // Less than one byte for each call is the cost of measuring.
      if (allocated >= CALLS) {
        System.out.println(name);
      }
    }

    private static long allocatedBy(MemorySegment range, Call call) {
      long before = Allocations.bytes();
      for (int i = 0; i < CALLS; i++) {
        call.on(range);
      }
      return Allocations.bytes() - before;
    }
  }

  @Test
  void compiledCallsAllocateNothing() {
    assertEquals(List.of("objects"), ChildJvm.of(Caller.class).run().lines());
  }
}
