package io.mman.change;

import static io.mman.change.Tracked.PAGE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Advice;
import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import io.mman.testing.Injection;
import io.mman.testing.Requirements;
import io.mman.testing.TracedThread;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that no change is lost if a call of a tracker fails half-way. */
class ChangeTrackerFailureTest {
  /** The size of a region that a take scans in two steps. */
  private static final long SIZE = (1L << 30) + 100 * PAGE;

  /** The start of a range that is so large that discarding it may free its page tables. */
  private static final long LARGE = 600 << 20;

  @BeforeEach
  void requireSupport() throws Exception {
    assumeTrue(ChangeTracker.isSupported(), "the kernel cannot track changes");
    Requirements.requireAttaching();
  }

  /** The calls are two that protect discarded pages, and two scans. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void aTakeThatFailsLosesNothing(int when) throws Exception {
    try (MappedRegion region = Mapping.anonymous(SIZE).mapShared();
        ChangeTracker tracker = ChangeTracker.of(region)) {
      region.segment().fill((byte) 1);
      tracker.take();
      region.segment().set(JAVA_BYTE, 3 * PAGE, (byte) 2);
      region.segment().set(JAVA_BYTE, SIZE - 1, (byte) 2);
      region.advise(Advice.DONTNEED, 10 * PAGE, PAGE);
      region.advise(Advice.DONTNEED, LARGE, 4 << 20);

      var e = assertThrows(MmanException.class, () -> failing(when, tracker::take));
      assertEquals(Errno.EIO, e.error());

      region.segment().set(JAVA_BYTE, 5 * PAGE, (byte) 2);
      PageRanges changed = tracker.take();
      for (long page : new long[] {3, 5, 10, LARGE / PAGE, SIZE / PAGE - 1}) {
        assertTrue(changed.contains(page * PAGE), "page " + page);
      }
      assertEquals(4 * PAGE + (4 << 20), changed.bytes());
      assertTrue(tracker.take().isEmpty());
    }
  }

  /**
   * The kernel keeps the protection of the pages of a hole, so that no scan finds them. The first
   * call is to protect one of the pages, before the other is looked at.
   */
  @Test
  void pagesThatNoScanFindsAreNotLostByATakeThatFails() throws Exception {
    try (MappedRegion region = Mapping.anonymous(20 * PAGE).shared().mapShared();
        ChangeTracker tracker = ChangeTracker.of(region)) {
      region.segment().fill((byte) 1);
      tracker.take();
      region.advise(Advice.REMOVE, 3 * PAGE, PAGE);
      region.advise(Advice.REMOVE, 10 * PAGE, PAGE);

      assertThrows(MmanException.class, () -> failing(1, tracker::take));

      PageRanges changed = tracker.take();
      assertTrue(changed.contains(3 * PAGE) && changed.contains(10 * PAGE), changed::toString);
      assertEquals(2 * PAGE, changed.bytes());
      assertTrue(tracker.take().isEmpty());
    }
  }

  /** The calls are one that registers the pages, and two that protect them. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aRegionWhoseTrackingFailsToBeginIsNotTracked(int when) throws Exception {
    try (MappedRegion other = Mapping.anonymous(PAGE).mapShared();
        ChangeTracker ofOther = ChangeTracker.of(other);
        MappedRegion region = Mapping.anonymous(SIZE).mapShared()) {
      assertThrows(
          MmanException.class, () -> failing(when, () -> ChangeTracker.of(region).close()));

      region.resize(SIZE + PAGE);
      try (ChangeTracker tracker = ChangeTracker.of(region)) {
        region.segment().set(JAVA_BYTE, SIZE, (byte) 1);
        assertEquals(PAGE, tracker.take().bytes());
      }
      assertTrue(ofOther.take().isEmpty());
    }
  }

  @Test
  void aTrackerThatFailsToCloseStaysOpen() throws Exception {
    try (MappedRegion region = Mapping.anonymous(2 * PAGE).mapShared();
        ChangeTracker tracker = ChangeTracker.of(region)) {
      region.segment().set(JAVA_BYTE, 0, (byte) 1);
      assertThrows(MmanException.class, () -> failing(1, tracker::close));

      assertThrows(IllegalStateException.class, () -> region.resize(PAGE));
      assertEquals(PAGE, tracker.take().bytes());
    }
  }

  /** Runs a task on another thread whose request with the given number fails. */
  @SuppressWarnings("try") // the injection is in effect while it is open
  private static void failing(int when, Runnable action) throws Exception {
    try (TracedThread thread = new TracedThread();
        Injection injection = Injection.failing("ioctl", "EIO", when, List.of(thread))) {
      thread.call(
          () -> {
            action.run();
            return null;
          });
    }
  }
}
