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

/** Tests that no store is lost when stores race with takes. */
class ChangeTrackerRaceTest {
  private static final int STORES = Integer.getInteger("mman.trackingStores", 250_000);
  private static final int PAGES = 5000;

  @TempDir Path folder;

  @BeforeEach
  void requireSupport() {
    assumeTrue(ChangeTracker.isSupported(), "the kernel cannot track changes");
  }

  /**
   * Updates a copy of a region with the pages that takes return. If a store were lost, the copy
   * would differ in the end. Each store is of a new number, so no store restores earlier contents.
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

  /** Tests that concurrent takes together return all changes, and each change only once. */
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

  /** Opens and closes trackers while others take, which must not close the shared descriptors. */
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

  @SuppressWarnings("try") // a region can be closed before its tracker
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

  /** Closes a region while other threads take: they get an exception and do no other harm. */
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

  /** Gives advice while a tracker is being created: it finds a complete tracker, or none. */
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
