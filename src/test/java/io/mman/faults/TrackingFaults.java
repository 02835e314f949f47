package io.mman.faults;

import static io.mman.faults.FaultScenario.require;

import io.mman.Advice;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import io.mman.change.ChangeTracker;
import io.mman.change.PageRanges;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The scenario with a tracker of changes. Whatever fails, no change is lost. */
final class TrackingFaults {
  private static final int UNREGISTER = 7;

  private TrackingFaults() {}

  /** Is a single one, because all trackers share descriptors that the first one opens. */
  static List<FaultScenario> all() {
    return ChangeTracker.isSupported()
        ? List.of(
            new FaultScenario("tracker", folder -> new Tracking())
                .survives(FaultPlan.IOCTL, UNREGISTER, "EINVAL")
                .survives(FaultPlan.CLOSE))
        : List.of();
  }

  private static final class Tracking implements FaultScenario.Attempt {
    private static final long STORED = 5 * FaultScenario.PAGE;
    private static final long DISCARDED = 9 * FaultScenario.PAGE;

    private final MappedRegion region = Mapping.anonymous(FaultScenario.BYTES).mapShared();
    private @Nullable ChangeTracker tracker;
    private @Nullable PageRanges changed;
    private boolean hasDiscarded;

    @Override
    public void run() {
      try {
        tracker = ChangeTracker.of(region);
      } catch (UnsupportedOperationException e) {
        throw e.getCause() instanceof MmanException cause ? cause : e;
      }
      region.segment().set(ValueLayout.JAVA_BYTE, STORED, (byte) 1);
      region.advise(Advice.DONTNEED, DISCARDED, FaultScenario.PAGE);
      hasDiscarded = true;
      changed = tracker.take();
      tracker.close();
    }

    @Override
    public void check(Throwable failure) {
      if (tracker != null && failure != null) {
        require(changed != null || isFound(tracker.take()), "the failed take has lost nothing");
        region.segment().set(ValueLayout.JAVA_BYTE, STORED, (byte) 2);
        require(tracker.take().bytes() == FaultScenario.PAGE, "tracking goes on");
        tracker.close();
      }
      require(changed == null || isFound(changed), "found");
      region.resize(FaultScenario.BYTES / 2); // not tracked any more
      try (ChangeTracker next = ChangeTracker.of(region)) {
        region.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        require(next.take().bytes() == FaultScenario.PAGE, "the next tracker works");
      }
      region.close();
    }

    private boolean isFound(PageRanges found) {
      return found.contains(STORED) && (found.contains(DISCARDED) || !hasDiscarded);
    }
  }
}
