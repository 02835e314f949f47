package io.mman.internal.region;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Lets tests in other packages look into a region, and hold its lock as a slow call would. */
public final class RegionProbe {
  private RegionProbe() {}

  /** Begins a call, as {@code sync} does, which may take seconds. */
  public static void beginCall(Region region) {
    region.lock.beginCall();
  }

  public static void endCall(Region region) {
    region.lock.endCall();
  }

  public static void beginChange(Region region) {
    region.lock.beginChange();
  }

  public static void endChange(Region region) {
    region.lock.endChange();
  }

  /** Returns how many calls on the regions of a group are in flight. */
  public static int callsInFlight(Group group) {
    return group.calls().callsInFlight();
  }

  /** Returns the pages, which stay accessible after views were revoked. */
  public static MemorySegment pages(Region region) {
    return region.state().pages();
  }

  /** Closes the epoch and publishes no other, as after a change that an Error interrupted. */
  public static void closeEpoch(Region region) {
    Objects.requireNonNull(region.state().epoch()).close();
  }

  public static boolean hasHugePages(Region region) {
    return region.backing.hugePage() > 0;
  }
}
