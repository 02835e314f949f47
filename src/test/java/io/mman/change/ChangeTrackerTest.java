package io.mman.change;

import static io.mman.change.Tracked.PAGE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Advice;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Protection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests which pages a take returns. */
class ChangeTrackerTest {
  @TempDir Path folder;

  @BeforeEach
  void requireSupport() {
    assumeTrue(ChangeTracker.isSupported(), "the kernel cannot track changes");
  }

  private static List<String> take(ChangeTracker tracker) {
    List<String> ranges = new ArrayList<>();
    tracker.take().forEach((offset, length) -> ranges.add(offset + "+" + length));
    return ranges;
  }

  private static void store(MappedRegion region, long offset) {
    region.segment().set(JAVA_BYTE, offset, (byte) 1);
  }

  @Test
  void aTakeReturnsThePagesWrittenToSinceTheLastOne() {
    try (MappedRegion region = Mapping.anonymous(10 * PAGE).mapShared();
        ChangeTracker tracker = ChangeTracker.of(region)) {
      assertEquals(List.of(), take(tracker));
      store(region, 3 * PAGE);
      store(region, 5 * PAGE - 1);
      store(region, 9 * PAGE);

      assertEquals(List.of(3 * PAGE + "+" + 2 * PAGE, 9 * PAGE + "+" + PAGE), take(tracker));
      assertEquals(List.of(), take(tracker));

      store(region, 4 * PAGE);
      assertEquals(List.of(4 * PAGE + "+" + PAGE), take(tracker));
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyKindOfRegionIsTracked(Tracked kind) {
    try (MappedRegion region = kind.map(folder, 16 * PAGE);
        ChangeTracker tracker = ChangeTracker.of(region)) {
      region.segment().get(JAVA_BYTE, 7 * PAGE);
      take(tracker);
      store(region, 0);
      store(region, 5 * PAGE);

      PageRanges changed = tracker.take();

      assertTrue(changed.contains(0));
      assertTrue(changed.contains(PAGE - kind.head() - 1));
      assertTrue(changed.contains(5 * PAGE));
      assertEquals(kind == Tracked.MIRRORED, changed.contains(13 * PAGE));
      assertFalse(changed.contains(10 * PAGE));
    }
  }

  @ParameterizedTest
  @EnumSource
  void discardedPagesHaveChanged(Tracked kind) {
    long size = 1024 * PAGE;
    try (MappedRegion region = kind.map(folder, size);
        ChangeTracker tracker = ChangeTracker.of(region)) {
      region.segment().fill((byte) 1);
      take(tracker);
      region.advise(Advice.DONTNEED, PAGE, 700 * PAGE);

      PageRanges changed = tracker.take();
      assertTrue(changed.contains(2 * PAGE) && changed.contains(600 * PAGE));
      assertEquals(kind == Tracked.MIRRORED, changed.contains(1000 * PAGE));

      region.segment().get(JAVA_BYTE, 600 * PAGE);
      store(region, 601 * PAGE);
      changed = tracker.take();
      assertTrue(changed.contains(601 * PAGE));
      assertFalse(kind.isExact && changed.contains(600 * PAGE));
      assertFalse(kind.isExact && changed.contains(602 * PAGE));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SHARED_ANONYMOUS", "MEMFD", "MIRRORED"})
  void removedPagesHaveChanged(Tracked kind) {
    try (MappedRegion region = kind.map(folder, 1024 * PAGE);
        ChangeTracker tracker = ChangeTracker.of(region)) {
      region.segment().fill((byte) 1);
      take(tracker);
      region.advise(Advice.REMOVE, 3 * PAGE, 2 * PAGE);
      String pages = 3 * PAGE + "+" + 2 * PAGE;

      assertEquals(
          kind == Tracked.MIRRORED ? List.of(pages, 515 * PAGE + "+" + 2 * PAGE) : List.of(pages),
          take(tracker));
      assertEquals(List.of(), take(tracker));
    }
  }

  @Test
  void aRegionIsTrackedWhileItsProtectionChanges() {
    try (MappedRegion region = Mapping.anonymous(4 * PAGE).mapShared();
        ChangeTracker tracker = ChangeTracker.of(region)) {
      store(region, 0);
      region.protect(Protection.NONE);
      region.protect(Protection.READ);
      region.protect(Protection.READ_WRITE);
      store(region, 3 * PAGE);

      assertEquals(List.of("0+" + PAGE, 3 * PAGE + "+" + PAGE), take(tracker));
      region.protect(Protection.READ);
      assertEquals(List.of(), take(tracker));
    }
  }

  @Test
  void aRegionThatWasEmptyAndOneOfOneByteAreTracked() {
    try (MappedRegion none = Mapping.anonymous(0).mapShared();
        ChangeTracker tracker = ChangeTracker.of(none)) {
      assertEquals(List.of(), take(tracker));
    }
    try (MappedRegion one = Mapping.anonymous(1).mapShared();
        ChangeTracker tracker = ChangeTracker.of(one)) {
      store(one, 0);
      assertEquals(List.of("0+1"), take(tracker));
    }
  }

  @Test
  void trackersOfSeveralRegionsAreIndependentAndOneCanFollowAnother() {
    try (MappedRegion first = Mapping.anonymous(4 * PAGE).mapShared();
        MappedRegion second = Mapping.anonymous(4 * PAGE).mapShared();
        ChangeTracker ofSecond = ChangeTracker.of(second)) {
      for (int i = 0; i < 3; i++) {
        try (ChangeTracker ofFirst = ChangeTracker.of(first)) {
          assertThrows(IllegalStateException.class, () -> ChangeTracker.of(first));
          store(first, PAGE);
          store(second, i * PAGE);
          assertEquals(List.of(PAGE + "+" + PAGE), take(ofFirst));
          store(first, 2 * PAGE);
        }
        assertEquals(List.of(i * PAGE + "+" + PAGE), take(ofSecond));
      }
    }
  }
}
