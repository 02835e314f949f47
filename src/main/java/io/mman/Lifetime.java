package io.mman;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * How long a new region lives and which threads may use it: until it is closed, for one thread or
 * for all, or as long as an arena.
 */
final class Lifetime {
  static final Lifetime CONFINED = new Lifetime(null, false);
  static final Lifetime SHARED = new Lifetime(null, true);

  private final @Nullable Arena lender;
  private final boolean shared;

  private Lifetime(@Nullable Arena lender, boolean shared) {
    this.lender = lender;
    this.shared = shared;
  }

  static Lifetime of(Arena lender) {
    return new Lifetime(lender, true);
  }

  /** Returns the group whose lifetime the region borrows, if it is one. */
  @Nullable RegionGroup group() {
    return lender instanceof RegionGroup group ? group : null;
  }

  /** Tells whether two regions live alike, so that one can take over the other's pages. */
  boolean isLike(Lifetime other) {
    return lender == null && other.lender == null && shared == other.shared;
  }

  /** Tells whether the region owns its lifetime. */
  boolean isOwned() {
    return lender == null;
  }

  /** Returns a new arena, the closing of which revokes every view; null where it is borrowed. */
  @SuppressWarnings("MustBeClosedChecker") // the region closes it
  @Nullable Arena newEpoch() {
    if (lender != null) {
      return null;
    }
    return shared ? Arena.ofShared() : Arena.ofConfined();
  }

  Gate newGate() {
    if (lender != null) {
      return Gate.mutual(lender instanceof RegionGroup group ? group.calls() : null);
    }
    return shared ? Gate.exclusive() : Gate.OPEN;
  }

  /**
   * Ties pages to the epoch or to the lender's arena.
   *
   * @throws IllegalStateException if the lender's arena is closed
   * @throws WrongThreadException if it is confined to another thread
   */
  MemorySegment tie(Area area, @Nullable Arena epoch, Release release) {
    MemorySegment start = MemorySegment.ofAddress(area.start());
    if (epoch != null) {
      return start.reinterpret(area.capacity(), epoch, null);
    }
    if (lender == null) {
      throw new IllegalStateException("neither epoch nor lender");
    }
    return start.reinterpret(area.capacity(), lender, release);
  }
}
