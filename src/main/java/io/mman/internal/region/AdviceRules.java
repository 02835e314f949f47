package io.mman.internal.region;

import io.mman.Advice;
import io.mman.Protection;

/** Refuses advice of madvise(2) that could make a region crash the JVM or destroy foreign bytes. */
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
}
