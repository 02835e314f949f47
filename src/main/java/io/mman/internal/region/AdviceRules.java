package io.mman.internal.region;

import io.mman.Advice;
import io.mman.Protection;
import io.mman.internal.call.SystemCalls;
import io.mman.internal.platform.Platform;
import io.mman.internal.proc.Maps;
import io.mman.internal.proc.Smaps;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

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
    if (advice.isDiscarding()) {
      requireWritable(backing, protection);
      if (backing.hugePage() > 0) {
        throw discardsHugePages(advice);
      }
    }
  }

  private static IllegalArgumentException discardsHugePages(Advice advice) {
    return new IllegalArgumentException(
        advice + " of explicit huge pages: the pool may have none left at the next access");
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
    if (!advice.isDiscarding()) {
      return region.covering(offset, length, backing.page());
    }
    boolean endIsWhole = backing.isOwn() && advice != Advice.REMOVE;
    return region.inside(offset, length, backing.page(), endIsWhole);
  }

  /** Gives advice, and reports to a tracker of the region what is discarded by it. */
  static void give(
      Advice advice, Backing backing, @Nullable RegionResources resources, MemorySegment pages) {
    try {
      SystemCalls.madvise(pages, advice, backing.path(), false);
    } finally {
      // Not before, when the pages could be taken as changed too early. A failure may be partial.
      Tracking tracking = resources == null ? null : resources.tracking();
      if (tracking != null) {
        tracking.advised(advice, pages);
      }
    }
  }

  /**
   * Refuses to discard explicit huge pages that were mapped elsewhere.
   *
   * @throws IllegalArgumentException if some of the pages are explicit huge pages
   * @throws UnsupportedOperationException if that cannot be found out
   */
  static void requireOrdinaryPages(Advice advice, MemorySegment pages) {
    if (hasExplicitHugePages(pages)) {
      throw discardsHugePages(advice);
    }
  }

  /** Returns whether this advice makes the kernel discard explicit huge pages too. */
  static boolean takesHugePages(Advice advice) {
    return switch (advice) {
      case DONTNEED, DONTNEED_LOCKED, REMOVE -> Platform.current().isLinux();
      default -> false; // no other system takes them from a pool
    };
  }

  /**
   * Returns whether pages mapped elsewhere are explicit huge pages. The list of areas rules that
   * out for most pages. Only for the others are the statistics read, which takes longer.
   *
   * @throws UnsupportedOperationException if {@code /proc} cannot be read
   */
  private static boolean hasExplicitHugePages(MemorySegment pages) {
    if (pages.byteSize() == 0) {
      return false;
    }
    for (Maps.Area area : Maps.overlapping(pages.address(), pages.byteSize())) {
      if (area.mayHaveExplicitHugePages()) {
        return Smaps.hasExplicitHugePages(pages.address(), pages.byteSize());
      }
    }
    return false;
  }
}
