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

  /** Takes the lock under which a group closes its arena and runs the clean-up of programs. */
  public static void beginClose(Group group) {
    group.calls().beginChange();
  }

  public static void endClose(Group group) {
    group.calls().endChange();
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
