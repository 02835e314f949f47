package io.mman;

import static io.mman.testing.Pages.assertFails;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Pages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** madvise for many ranges: what is done, in which order, and what is refused. */
class MmanAdviseManyTest {
  private static final long SIZE = Pages.SIZE;

  private static MemorySegment[] every(Pages pages, int step, int count) {
    MemorySegment[] ranges = new MemorySegment[count];
    for (int i = 0; i < count; i++) {
      ranges[i] = pages.pages((long) step * i, 1);
    }
    return ranges;
  }

  /** More than one call takes. */
  @Test
  void everyRangeIsAdvisedAndNothingElse() {
    int count = 2 * 1024 + 5;
    try (Pages pages = Pages.anonymous(2L * count)) {
      pages.segment().fill((byte) 1);
      Mman.madvise(every(pages, 2, count), Advice.DONTNEED);
      assertEquals("01".repeat(count), Pages.residency(pages.segment()));
    }
  }

  /** The kernel cuts off what a single call has beyond 2 GiB. */
  @Test
  void rangesOfManyGibibytesAreAdvisedCompletely() {
    long half = (1 << 30) + SIZE;
    long large = 3L << 30;
    try (Pages pages = Pages.anonymous((4 * half + large) / SIZE, MapFlag.NORESERVE)) {
      List<MemorySegment> ranges = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        ranges.add(pages.segment().asSlice(i * half, half));
      }
      ranges.add(pages.segment().asSlice(4 * half, large));
      ranges.forEach(range -> range.set(JAVA_BYTE, range.byteSize() - 1, (byte) 1));
      Mman.madvise(ranges.toArray(MemorySegment[]::new), Advice.DONTNEED);
      for (MemorySegment range : ranges) {
        assertEquals(0, range.get(JAVA_BYTE, range.byteSize() - 1));
      }
    }
  }

  @Test
  void noRangeIsNothing() {
    Mman.madvise(new MemorySegment[0], Advice.DONTNEED);
  }

  @Test
  void theRangesBeforeTheOneThatFailsAreAdvisedAndNoOthers() {
    try (Pages pages = Pages.anonymous(5)) {
      pages.segment().fill((byte) 1);
      MemorySegment[] ranges = every(pages, 1, 5);
      ranges[2] = pages.pages(2, 1).asSlice(1);
      MmanException e =
          assertFails("madvise", Errno.EINVAL, () -> Mman.madvise(ranges, Advice.DONTNEED));
      String address = "address=0x" + Long.toHexString(ranges[2].address()) + ", length=4095, ";
      assertTrue(e.getMessage().contains(address) || SIZE != 4096, e.getMessage());
      assertEquals("00111", Pages.residency(pages.segment()));
    }
  }

  /** In a batch, the kernel does not look at it. */
  @Test
  void anEmptyRangeIsCheckedAsInACallOfItsOwn() {
    try (Pages pages = Pages.anonymous(3)) {
      pages.segment().fill((byte) 1);
      MemorySegment empty = pages.segment().asSlice(1, 0);
      MemorySegment[] ranges = {pages.pages(0, 1), empty, pages.pages(2, 1)};
      assertFails("madvise", Errno.EINVAL, () -> Mman.madvise(ranges, Advice.DONTNEED));
      assertEquals("011", Pages.residency(pages.segment()));
      ranges[1] = pages.segment().asSlice(SIZE, 0);
      Mman.madvise(ranges, Advice.DONTNEED);
      assertEquals("010", Pages.residency(pages.segment()));
    }
  }

  @Test
  void rangesOfSeveralArenasAreAdvised() {
    try (Pages pages = Pages.anonymous(6);
        Arena confined = Arena.ofConfined();
        Arena shared = Arena.ofShared()) {
      pages.segment().fill((byte) 1);
      Arena[] arenas = {confined, shared, shared, confined, confined, Arena.ofAuto()};
      MemorySegment[] ranges = every(pages, 1, 6);
      for (int i = 0; i < 6; i++) {
        ranges[i] = MemorySegment.ofAddress(ranges[i].address()).reinterpret(SIZE, arenas[i], null);
      }
      Mman.madvise(ranges, Advice.DONTNEED);
      assertEquals("000000", Pages.residency(pages.segment()));
    }
  }

  /** All segments are checked before the first call. */
  @Test
  void wrongSegmentsAreRefusedAndNothingIsDone() throws InterruptedException, ExecutionException {
    try (Pages pages = Pages.anonymous(2);
        Arena confined = Arena.ofConfined()) {
      pages.segment().fill((byte) 1);
      MemorySegment[] ranges = every(pages, 1, 2);
      ranges[1] = MemorySegment.ofArray(new byte[1]);
      assertRefused(IllegalArgumentException.class, ranges);
      ranges[1] = null;
      assertRefused(NullPointerException.class, ranges);
      assertRefused(NullPointerException.class, null);
      try (Arena closed = Arena.ofConfined()) {
        ranges[1] = closed.allocate(1);
      }
      assertRefused(IllegalStateException.class, ranges);
      ranges[1] = confined.allocate(1);
      CompletableFuture.runAsync(() -> assertRefused(WrongThreadException.class, ranges)).get();
      assertEquals("11", Pages.residency(pages.segment()));
      assertThrows(NullPointerException.class, () -> Mman.madvise(ranges, null));
    }
  }

  private static void assertRefused(Class<? extends Exception> type, MemorySegment[] ranges) {
    assertThrows(type, () -> Mman.madvise(ranges, Advice.DONTNEED));
  }

  @Test
  void adviceThatThePlatformLacksIsRefusedEvenForNoRange() {
    Advice foreign = Advice.NOCORE.isSupported() ? Advice.DONTDUMP : Advice.NOCORE;
    assertThrows(
        UnsupportedOperationException.class, () -> Mman.madvise(new MemorySegment[0], foreign));
  }

  /** Otherwise a late call could change memory that is already in use again. */
  @Test
  void anArenaCannotCloseDuringACall() {
    try (Pages pages = Pages.anonymous(1 << 14)) {
      // If the call has not begun or has ended already, another one is tried.
      assertTimeoutPreemptively(
          Duration.ofMinutes(1),
          () -> {
            while (!closeIsRefusedDuringCall(pages.segment())) {
              Mman.madvise(pages.segment(), Advice.DONTNEED);
            }
          });
    }
  }

  private static boolean closeIsRefusedDuringCall(MemorySegment memory)
      throws InterruptedException, ExecutionException {
    Arena arena = Arena.ofShared();
    MemorySegment half =
        MemorySegment.ofAddress(memory.address()).reinterpret(memory.byteSize() / 2, arena, null);
    MemorySegment[] ranges = Collections.nCopies(64, half).toArray(MemorySegment[]::new);
    ranges[0] = MemorySegment.ofAddress(half.address()).reinterpret(SIZE, Arena.global(), null);
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Void> call =
        CompletableFuture.runAsync(
            () -> {
              begun.countDown();
              try {
                Mman.madvise(ranges, Advice.POPULATE_WRITE);
              } catch (IllegalStateException closed) {
                // The arena was closed before the call.
              }
            });
    begun.await();
    Thread.onSpinWait();
    boolean refused = !isClosed(arena);
    call.get();
    if (refused) {
      assertTrue(isClosed(arena));
    }
    return refused;
  }

  private static boolean isClosed(Arena arena) {
    try {
      arena.close();
      return true;
    } catch (IllegalStateException acquired) {
      return false;
    }
  }
}
