package io.mman.change;

import static io.mman.change.Tracked.PAGE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Advice;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.testing.Elsewhere;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stores race with takes, and none is lost. */
class ChangeTrackerRaceTest {
  private static final int STORES = Integer.getInteger("mman.trackingStores", 250_000);
  private static final int PAGES = 5000;

  @TempDir Path folder;

  @BeforeEach
  void requireSupport() {
    assumeTrue(ChangeTracker.isSupported(), "the kernel cannot track changes");
  }

  /**
   * Keeps a copy of a region by means of what is taken. A store that was lost would leave the copy
   * different in the end. Each store is of a new number, so none restores what was there before.
   */
  @ParameterizedTest
  @EnumSource(names = {"ANONYMOUS", "HUGE", "MEMFD", "MIRRORED", "FILE"})
  void aCopyOfWhatIsTakenEndsEqual(Tracked kind) throws Throwable {
    try (MappedRegion region = kind.map(folder, PAGES * PAGE);
        MappedRegion copy = Mapping.anonymous(PAGES * PAGE).mapShared();
        ChangeTracker tracker = ChangeTracker.of(region)) {
      copy.segment().copyFrom(region.segment());
      List<Elsewhere> writers = new ArrayList<>();
      AtomicLong numbers = new AtomicLong();
      for (int i = 0; i < 4; i++) {
        SplittableRandom random = new SplittableRandom(i);
        writers.add(Elsewhere.start(() -> write(region, random, numbers)));
      }
      int takes = 0;
      while (numbers.get() < 4L * STORES || takes < 2) {
        apply(tracker.take(), region, copy);
        takes++;
      }
      for (Elsewhere writer : writers) {
        writer.join();
      }
      apply(tracker.take(), region, copy);

      assertEquals(-1, region.segment().mismatch(copy.segment()), takes + " takes");
      if (kind.isExact) {
        assertTrue(tracker.take().isEmpty());
      }
    }
  }

  private static void write(MappedRegion region, SplittableRandom random, AtomicLong numbers) {
    MemorySegment segment = region.segment();
    for (int i = 0; i < STORES; i++) {
      if (i % 5000 == 4999) {
        region.advise(Advice.DONTNEED, random.nextLong(PAGES - 9) * PAGE, 9 * PAGE);
      }
      long place = random.nextLong(PAGES * PAGE / Long.BYTES);
      segment.setAtIndex(JAVA_LONG, place, numbers.incrementAndGet());
    }
  }

  private static void apply(PageRanges taken, MappedRegion region, MappedRegion copy) {
    taken.forEach(
        (offset, length) ->
            MemorySegment.copy(region.segment(), offset, copy.segment(), offset, length));
  }

  /** Several threads take at once: what one gets, no other does, and together they get all. */
  @Test
  void concurrentTakesShareTheChanges() throws Throwable {
    try (MappedRegion region = Mapping.anonymous(PAGES * PAGE).mapShared();
        ChangeTracker tracker = ChangeTracker.of(region)) {
      for (int round = 0; round < 20; round++) {
        for (int page = 0; page < PAGES; page += 2) {
          region.segment().set(ValueLayout.JAVA_BYTE, page * PAGE, (byte) (round + 1));
        }
        AtomicLong bytes = new AtomicLong();
        List<Elsewhere> takers =
            IntStream.range(0, 4)
                .mapToObj(i -> Elsewhere.start(() -> bytes.addAndGet(tracker.take().bytes())))
                .toList();
        for (Elsewhere taker : takers) {
          taker.join();
        }
        assertEquals(PAGES / 2 * PAGE, bytes.get());
      }
    }
  }

  /** Trackers come and go while others take, and never lose the descriptors that they share. */
  @Test
  void trackersOfManyRegionsComeAndGo() throws Throwable {
    List<Elsewhere> threads =
        IntStream.range(0, 4)
            .mapToObj(i -> Elsewhere.start(ChangeTrackerRaceTest::trackAndClose))
            .toList();
    for (Elsewhere thread : threads) {
      thread.join();
    }
  }

  @SuppressWarnings("try") // a region may be closed before its tracker
  private static void trackAndClose() {
    for (int i = 0; i < 500; i++) {
      try (MappedRegion region = Mapping.anonymous(3 * PAGE).mapShared();
          ChangeTracker tracker = ChangeTracker.of(region)) {
        region.segment().set(ValueLayout.JAVA_BYTE, PAGE, (byte) 1);
        assertEquals(PAGE, tracker.take().bytes());
        if (i % 2 == 0) {
          region.close();
        }
      }
    }
  }

  /** A region is closed while others take: they get an exception, and nothing else is harmed. */
  @Test
  void aRegionIsClosedDuringTakes() throws Throwable {
    for (int i = 0; i < 50; i++) {
      MappedRegion region = Mapping.anonymous(PAGES * PAGE).mapShared();
      try (ChangeTracker tracker = ChangeTracker.of(region)) {
        region.segment().fill((byte) 1);
        Elsewhere taker =
            Elsewhere.start(
                () -> {
                  try {
                    while (true) {
                      tracker.take();
                    }
                  } catch (IllegalStateException closed) {
                    assertEquals("the region is closed", closed.getMessage());
                  }
                });
        region.close();
        taker.join();
      }
    }
  }

  /** Advice that comes while a tracker is being made finds it whole, or not at all. */
  @Test
  void adviceRacesWithTheBeginning() throws Throwable {
    try (MappedRegion region = Mapping.anonymous(16 * PAGE).mapShared()) {
      AtomicBoolean isOver = new AtomicBoolean();
      Elsewhere adviser =
          Elsewhere.start(
              () -> {
                while (!isOver.get()) {
                  region.advise(Advice.DONTNEED);
                }
              });
      for (int i = 0; i < 20_000 && !adviser.isDone(); i++) {
        ChangeTracker.of(region).close();
      }
      isOver.set(true);
      adviser.join();
    }
  }
}
