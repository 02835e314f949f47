package io.mman;

import io.mman.Extents.Extent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes two regions of one and one of two. Neither takes a system call: only owners change. */
final class Splitting {
  private Splitting() {}

  /**
   * Where a region is cut.
   *
   * @param first what the region keeps
   * @param second what the rest gets, a reserve included
   * @param skipped bytes from the region's first page to the first page of the rest
   * @param head bytes of that page before the rest
   */
  private record Cut(Area first, Area second, long skipped, long head) {
    static Cut of(Area area, State now, long offset, long page) {
      if (offset == 0) {
        return new Cut(Area.EMPTY, area, 0, now.head());
      }
      long cut = now.head() + offset;
      long skipped = PageRange.floor(cut, page);
      boolean hasMore = cut == skipped && cut < area.capacity();
      return hasMore
          ? new Cut(area.before(cut), area.from(cut), skipped, 0)
          : new Cut(area, Area.EMPTY, skipped, cut - skipped);
    }
  }

  /**
   * Leaves the bytes before an offset to a region and makes a region of the rest.
   *
   * @return the rest, which takes a reserve along
   */
  static MappedRegion split(MappedRegion region, Ground ground, State now, long offset) {
    Objects.checkIndex(offset, now.size() + 1);
    Backing backing = region.backing;
    Cut cut = Cut.of(ground.area(), now, offset, backing.page());
    if (cut.head > 0 && offset > 0 && offset < now.size()) {
      throw new IllegalArgumentException(
          "offset " + offset + " is inside a page of " + backing.page() + " bytes");
    }
    ground.requireRevocable();
    Arena epoch = ground.lifetime.newEpoch();
    Arena restEpoch = ground.lifetime.newEpoch();
    Ground.closeEpoch(now);

    Ground rest = rest(ground, cut, backing, now, offset);
    ground.moveTo(cut.first);
    ground.release().resize(offset, backing.end(now.head(), offset));
    region.state = state(ground, epoch, now, now.head(), offset);
    long head = backing.kind().isAnonymous() ? 0 : cut.head; // memory begins with a page
    State restState = state(rest, restEpoch, now, head, now.size() - offset);
    MappedRegion result = new MappedRegion(rest, backing.from(cut.skipped), restState);
    result.mayBeLocked = region.mayBeLocked;
    return result;
  }

  /** The reserve, and what of it is not clean, goes to whoever gets the pages. */
  private static Ground rest(Ground ground, Cut cut, Backing backing, State now, long offset) {
    Extent cover = ground.release().cover();
    Extent restCover =
        cover == null ? null : cover.beside(backing.end(now.head() + offset, now.size() - offset));
    Tally tally = Tally.ofSplit(backing.kind(), now.size() - offset);
    boolean takesReserve = ground.hasReserve() && (offset == 0 || !cut.second.isEmpty());
    Ground rest =
        new Ground(
            ground.lifetime,
            ground.placement,
            new Release(cut.second, backing.path(), restCover, tally),
            takesReserve ? ground.reserve - offset : MapRequest.NONE);
    if (!cut.second.isEmpty()) {
      rest.dirtyEnd = Math.max(0, ground.dirtyEnd - offset);
      ground.dirtyEnd = 0;
    }
    if (takesReserve) {
      ground.reserve = MapRequest.NONE;
    }
    return rest;
  }

  /** Adds the bytes of the next region to those of the first one, and closes the next. */
  static void join(MappedRegion region, Ground ground, MappedRegion next, Ground other) {
    State now = region.state.usable();
    State after = next.state.usable();
    ground.requireRevocable();
    other.requireRevocable();
    requireFit(region, ground, now, next, other, after);
    Lifetime lifetime = ground.lifetime;
    Arena epoch = lifetime.newEpoch();
    Arena spare = lifetime.newEpoch();
    Ground.closeEpoch(after);
    try {
      Ground.closeEpoch(now);
    } catch (RuntimeException e) {
      next.state = state(other, spare, after, after.head(), after.size());
      throw e;
    }
    long size = now.size() + after.size();
    long head = now.size() == 0 ? after.head() : now.head();
    if (!other.area().isEmpty()) {
      ground.placement = ground.area().isEmpty() ? other.placement : ground.placement;
      ground.reserve = other.hasReserve() ? now.size() + other.reserve : MapRequest.NONE;
      ground.dirtyEnd = now.size() + other.dirtyEnd;
      ground.moveTo(ground.area().and(other.area()));
    }
    ground.release().resize(size, region.backing.end(head, size));
    region.mayBeLocked |= next.mayBeLocked;
    region.state = state(ground, epoch, now, head, size);
    next.state = after.closed();
    other.release().handOver();
  }

  private static void requireFit(
      MappedRegion region, Ground ground, State now, MappedRegion next, Ground other, State after) {
    Backing one = region.backing;
    Backing two = next.backing;
    String reason = null;
    if (!ground.lifetime.isLike(other.lifetime)) {
      reason = "their lifetimes differ";
    } else if (now.protection() != after.protection()) {
      reason = "their protections differ";
    } else if (!one.isLike(two)) {
      reason = "what is behind them differs";
    } else if (!touches(ground, now, one, other, after, two)) {
      reason = "the second does not begin where the first ends";
    }
    if (reason != null) {
      throw new IllegalArgumentException("cannot join " + region + " and " + next + ": " + reason);
    }
  }

  private static boolean touches(
      Ground ground, State now, Backing one, Ground other, State after, Backing two) {
    long used = now.size() == 0 ? 0 : now.head() + now.size();
    boolean sameByte =
        one.kind().isAnonymous()
            || one.offset() + now.head() + now.size() == two.offset() + after.head();
    if (ground.area().isEmpty() || other.area().isEmpty()) {
      return sameByte;
    }
    return sameByte
        && used == ground.area().capacity()
        && ground.area().guardBehind() == 0
        && other.area().guardBefore() == 0
        && ground.area().end() == other.area().start();
  }

  private static State state(
      Ground ground, @Nullable Arena epoch, State now, long head, long size) {
    MemorySegment pages = ground.lifetime.tie(ground.area(), epoch, ground.release());
    return now.in(epoch, pages, head, size);
  }
}
