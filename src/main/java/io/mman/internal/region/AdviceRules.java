package io.mman.internal.region;

import io.mman.Advice;
import io.mman.Protection;
import java.lang.foreign.MemorySegment;

/**
 * Decides which advice of madvise(2) a region takes, and for which of its pages, so that none makes
 * it crash the JVM or destroys bytes of a neighbour.
 */
final class AdviceRules {
  private AdviceRules() {}

  /** Refuses advice after which an access through a view would crash the JVM. */
  static void requireHarmless(Advice advice) {
    if (advice == Advice.GUARD_INSTALL) {
      throw new IllegalArgumentException("GUARD_INSTALL would make a readable view crash the JVM");
    }
  }

  /** Refuses advice that a region does not take, whatever the range. */
  static void require(Advice advice, Backing backing, Protection protection) {
    requireHarmless(advice);
    advice.number(); // refused on a platform that lacks it, even for an empty range
    if (advice == Advice.REMOVE) {
      requireWritable(backing, protection);
    }
    if (advice.isDiscarding() && backing.hugePage() > 0) {
      throw new IllegalArgumentException(
          advice + " of explicit huge pages: the pool may have none left at the next access");
    }
  }

  /** Refuses a read-only segment whose pages, mapped elsewhere, may well be writable. */
  static void requireWritable(Backing backing, Protection protection) {
    if (!backing.isOwn() && !protection.canWrite()) {
      throw new IllegalArgumentException("this region wraps a read-only segment");
    }
  }

  /**
   * Returns the pages that advice for a range of a region is given for: those that hold the range,
   * or for discarding advice those that lie completely inside it.
   */
  static MemorySegment pages(
      Advice advice, Backing backing, RegionState region, long offset, long length) {
    boolean endIsWhole = backing.isOwn() && advice != Advice.REMOVE;
    return advice.isDiscarding()
        ? region.inside(offset, length, backing.page(), endIsWhole)
        : region.covering(offset, length, backing.page());
  }
}
