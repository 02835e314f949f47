package io.mman.ipc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.Protection;
import io.mman.testing.Elsewhere;
import io.mman.testing.Tasks;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Waiting for a word of shared memory, and waking those who wait. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FutexTest {
  private static final long PAGE = Mman.pageSize();
  private static final Duration LONG = Duration.ofSeconds(100);

  @TempDir static Path folder;

  private final MappedRegion region = Mapping.anonymous(2 * PAGE).shared().mapShared();

  @AfterEach
  void close() {
    region.close();
  }

  @Test
  void aDifferentValueEndsTheWaitAtOnce() throws InterruptedException {
    region.segment().set(JAVA_INT, 4, -7);

    assertTrue(Futex.at(region, 4).await(0, LONG));
    assertTrue(Futex.at(region, 4).await(0, Duration.ZERO));
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1, 30_000_000})
  void theTimeEndsTheWait(long nanos) throws InterruptedException {
    region.segment().set(JAVA_INT, 4, -7);

    assertFalse(Futex.at(region, 4).await(-7, Duration.ofNanos(nanos)));
  }

  /** This many seconds are more than the nanoseconds that fit into a {@code long}. */
  @Test
  void theShortestTimeEndsTheWait() throws InterruptedException {
    assertFalse(Futex.at(region, 4).await(0, Duration.ofSeconds(Long.MIN_VALUE)));
  }

  @Test
  void nobodyIsWokenWhereNobodyWaits() {
    Futex word = Futex.at(region, 0);

    assertEquals(0, word.wake(1));
    assertEquals(0, word.wakeAll());
    assertEquals(0, word.wake(0));
    assertThrows(IllegalArgumentException.class, () -> word.wake(-1));
  }

  @ParameterizedTest
  @ValueSource(longs = {-4, Long.MIN_VALUE, 8190, 8192, Long.MAX_VALUE})
  void theWordIsInsideTheRegion(long offset) {
    assertThrows(IndexOutOfBoundsException.class, () -> Futex.at(region, offset));
  }

  /** A mapping made elsewhere may begin at any address, so the offset alone does not decide. */
  @Test
  void theAddressOfTheWordIsAligned() {
    MappedRegion odd = MappedRegion.of(region.segment().asSlice(2));

    assertThrows(IllegalArgumentException.class, () -> Futex.at(region, 2));
    assertThrows(IllegalArgumentException.class, () -> Futex.at(odd, 4));
    assertEquals(0, Futex.at(odd, 2).wakeAll());
  }

  @Test
  void oneOfThreeWaitersIsWokenAtATime() throws Throwable {
    Futex word = Futex.at(region, 0);
    AtomicInteger woken = new AtomicInteger();
    List<Elsewhere> waiters =
        IntStream.range(0, 3)
            .mapToObj(
                i ->
                    Elsewhere.start(
                        () -> {
                          assertTrue(word.await(0, LONG));
                          woken.incrementAndGet();
                        }))
            .toList();

    assertEquals(0, word.wake(0));
    for (int count = 0; count < 2; count += wakeOne(word)) {
      assertTrue(woken.get() <= count);
    }
    while (word.wakeAll() == 0) {
      Thread.onSpinWait(); // the last one is not asleep yet
    }
    for (Elsewhere waiter : waiters) {
      waiter.join();
    }
    assertEquals(3, woken.get());
  }

  private static int wakeOne(Futex word) {
    int woken;
    do {
      woken = word.wake(1);
    } while (woken == 0);
    return woken;
  }

  /** The kernel, which compares, knows the word by the file and the offset. */
  @Test
  void twoMappingsOfOneFileHaveOneWord() throws Throwable {
    Path path = Files.write(folder.resolve("two"), new byte[8192]);
    try (MappedRegion one = Mapping.file(path).readWrite().mapShared();
        MappedRegion other = Mapping.file(path).from(PAGE).mapShared()) {
      Futex there = Futex.at(other, 8);
      Elsewhere waiter = Elsewhere.start(() -> assertTrue(there.await(0, LONG)));

      assertEquals(1, wakeOne(Futex.at(one, PAGE + 8)));
      waiter.join();
    }
  }

  @Test
  void anInterruptEndsTheWait() throws Throwable {
    Futex word = Futex.at(region, 0);
    Elsewhere waiter =
        Elsewhere.start(
            () -> {
              assertThrows(InterruptedException.class, () -> word.await(0, LONG));
              assertFalse(Thread.currentThread().isInterrupted());
            });
    Tasks.awaitCallWith(region.segment().address());

    waiter.thread.interrupt();

    waiter.join();
  }

  @Test
  void anInterruptedThreadDoesNotBeginToWait() {
    Thread.currentThread().interrupt();

    assertThrows(InterruptedException.class, () -> Futex.at(region, 0).await(1, LONG));
    assertFalse(Thread.interrupted());
  }

  @Test
  void aTruncatedFileIsAnError() throws IOException {
    Path path = Files.write(folder.resolve("truncated"), new byte[8192]);
    try (MappedRegion cut = Mapping.file(path).readWrite().mapShared()) {
      Futex word = Futex.at(cut, PAGE);
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        file.setLength(10);
      }

      assertFault(assertThrows(MmanException.class, () -> word.await(0, LONG)));
      assertFault(assertThrows(MmanException.class, () -> word.wake(1)));
    }
  }

  @Test
  void pagesWithoutAccessAreAnError() {
    region.protect(Protection.NONE);

    Futex word = Futex.at(region, 0);

    assertFault(assertThrows(MmanException.class, () -> word.await(0, LONG)));
  }

  private static void assertFault(MmanException e) {
    assertEquals(Errno.EFAULT, e.error());
    assertTrue(e.getMessage().contains("cannot be accessed"), e::getMessage);
  }

  @Test
  void aReadOnlyRegionCanWait() throws Throwable {
    Path path = Files.write(folder.resolve("readonly"), new byte[8192]);
    try (MappedRegion reader = Mapping.file(path).mapShared();
        MappedRegion writer = Mapping.file(path).readWrite().mapShared()) {
      Futex word = Futex.at(reader, 0);
      Elsewhere waiter = Elsewhere.start(() -> assertTrue(word.await(0, LONG)));

      assertEquals(1, wakeOne(Futex.at(writer, 0)));
      waiter.join();
    }
  }

  @Test
  void aConfinedRegionIsForItsThread() throws Throwable {
    try (MappedRegion confined = Mapping.anonymous(PAGE).mapConfined()) {
      Futex word = Futex.at(confined, 0);

      assertFalse(word.await(0, Duration.ZERO));
      Elsewhere.run(
          () -> {
            assertThrows(WrongThreadException.class, () -> word.await(0, Duration.ZERO));
            assertThrows(WrongThreadException.class, () -> word.wake(1));
            assertThrows(WrongThreadException.class, () -> Futex.at(confined, 0));
          });
    }
  }

  @Test
  void aClosedRegionHasNoWord() {
    Futex word = Futex.at(region, 0);
    region.close();

    assertThrows(IllegalStateException.class, () -> word.await(0, LONG));
    assertThrows(IllegalStateException.class, () -> word.wake(1));
    assertThrows(IllegalStateException.class, () -> word.wake(0));
    assertThrows(IllegalStateException.class, () -> Futex.at(region, 0));
  }

  @Test
  void aRegionThatShrinksLosesItsWord() {
    Futex word = Futex.at(region, PAGE);
    region.resize(PAGE);

    assertThrows(IndexOutOfBoundsException.class, () -> word.await(0, LONG));
    assertThrows(IndexOutOfBoundsException.class, () -> word.wakeAll());
    assertEquals(0, Futex.at(region, 0).wakeAll());
  }

  /** What users of the JDK's segments do. */
  @Test
  void aMappingMadeElsewhereHasWords() throws Throwable {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(64, 8);
      Futex word = Futex.at(MappedRegion.of(memory), 8);
      Elsewhere waiter = Elsewhere.start(() -> assertTrue(word.await(0, LONG)));

      assertEquals(1, wakeOne(word));
      waiter.join();
    }
  }

  @Test
  void nullIsRefused() {
    assertThrows(NullPointerException.class, () -> Futex.at(null, 0));
    assertThrows(NullPointerException.class, () -> Futex.at(region, 0).await(0, null));
  }
}
