package io.mman.internal.region;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How long a region lives and which threads may use it: until it is closed, for one thread or for
 * all, or as long as an arena.
 */
public final class Lifetime {
  public static final Lifetime CONFINED = new Lifetime(null, null, false);
  public static final Lifetime SHARED = new Lifetime(null, null, true);

  /** The arena that a region borrows its lifetime from, or null if the region owns it. */
  private final @Nullable Arena lender;

  private final @Nullable Group group;
  private final boolean shared;

  private Lifetime(@Nullable Arena lender, @Nullable Group group, boolean shared) {
    this.lender = lender;
    this.group = group;
    this.shared = shared;
  }

  public static Lifetime of(Arena lender) {
    return new Lifetime(Objects.requireNonNull(lender), null, true);
  }

  public static Lifetime of(Group group) {
    return new Lifetime(group.arena(), group, true);
  }

  /** Returns the group whose lifetime the region borrows, or null. */
  @Nullable Group group() {
    return group;
  }

  /** Returns whether two regions own lifetimes of one kind, so that they can be joined. */
  boolean isLike(Lifetime other) {
    return lender == null && other.lender == null && shared == other.shared;
  }

  /** Returns whether the region owns its lifetime. */
  boolean isOwned() {
    return lender == null;
  }

  /** Returns a new arena whose closing revokes every view, or null if the lifetime is borrowed. */
  @SuppressWarnings("MustBeClosedChecker") // the region closes it
  @Nullable Arena newEpoch() {
    if (lender != null) {
      return null;
    }
    return shared ? Arena.ofShared() : Arena.ofConfined();
  }

  RegionLock newLock() {
    if (lender != null) {
      return RegionLock.changesOnly(group != null ? group.calls() : null);
    }
    return shared ? RegionLock.exclusive() : RegionLock.confined();
  }

  /**
   * Ties pages to the epoch, or to the lender's arena, whose closing then unmaps them.
   *
   * @throws IllegalStateException if the lender's arena is closed
   * @throws WrongThreadException if it is confined to another thread
   */
  MemorySegment tie(AddressRange range, @Nullable Arena epoch, Unmapper unmapper) {
    MemorySegment start = MemorySegment.ofAddress(range.start());
    if (epoch != null) {
      return start.reinterpret(range.capacity(), epoch, null);
    }
    if (lender == null) {
      throw new IllegalStateException("neither epoch nor lender");
    }
    return start.reinterpret(range.capacity(), lender, unmapper);
  }
}
