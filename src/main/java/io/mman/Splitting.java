package io.mman;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes two regions of one and one of two. Neither takes a system call: only owners change. */
final class Splitting {
  private Splitting() {}

  /**
   * Leaves the bytes before an offset to a region and makes a region of the rest.
   *
   * @return the rest, which takes a reserve along
   */
  static MappedRegion split(MappedRegion region, Ground ground, State now, long offset) {
    Objects.checkIndex(offset, now.size() + 1);
    Backing backing = region.backing;
    long cut = offset == 0 ? 0 : now.head() + offset;
    boolean atPage = cut % backing.page() == 0;
    if (!atPage && offset != now.size()) {
      throw new IllegalArgumentException(
          "offset " + offset + " is inside a page of " + backing.page() + " bytes");
    }
    ground.requireRevocable();
    boolean takesPages = offset == 0 || (atPage && cut < ground.area().capacity());
    Area area = ground.area();
    Area first = offset == 0 ? Area.EMPTY : takesPages ? area.before(cut) : area;
    Area second = offset == 0 ? area : takesPages ? area.from(cut) : Area.EMPTY;
    Cover cover = ground.release().cover();
    Cover restCover = cover == null ? null : cover.beside(end(backing, now, now.size()));

    Lifetime lifetime = ground.lifetime;
    Arena epoch = lifetime.newEpoch();
    Arena restEpoch = lifetime.newEpoch();
    Ground.closeEpoch(now);
    ground.moveTo(first);
    ground.coverTo(end(backing, now, offset));
    region.state = state(ground, epoch, now, now.head(), offset);
    boolean takesReserve = ground.hasReserve() && takesPages;
    Ground rest =
        new Ground(
            lifetime,
            ground.placement,
            new Release(second, restCover),
            takesReserve ? ground.reserve - offset : MapRequest.NONE);
    rest.dirtyEnd = Math.max(0, ground.dirtyEnd - offset);
    ground.reserve = takesReserve ? MapRequest.NONE : ground.reserve;
    ground.dirtyEnd = Math.min(ground.dirtyEnd, offset);
    long skipped = offset == 0 ? 0 : PageRange.floor(cut, backing.page());
    long head = offset == 0 ? now.head() : cut - skipped;
    State restState = state(rest, restEpoch, now, head, now.size() - offset);
    MappedRegion result = new MappedRegion(rest, backing.from(skipped), restState);
    result.mayBeLocked = region.mayBeLocked;
    return result;
  }

  /** Adds the bytes of the next region to those of the first one, and closes the next. */
  static void join(MappedRegion region, Ground ground, MappedRegion next, Ground other) {
    State now = region.state.usable();
    State after = next.state.usable();
    requireFit(region, ground, now, next, other, after);
    ground.requireRevocable();
    other.requireRevocable();
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
    ground.moveTo(ground.area().and(other.area()));
    ground.coverTo(end(region.backing, now, size));
    ground.reserve = other.hasReserve() ? now.size() + other.reserve : ground.reserve;
    ground.dirtyEnd = now.size() + other.dirtyEnd;
    region.mayBeLocked |= next.mayBeLocked;
    region.state = state(ground, epoch, now, head, size);
    other.moveTo(Area.EMPTY);
    next.state = after.closed();
    other.leave();
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
        one.kind().isAnonymous() || end(one, now, now.size()) == two.offset() + after.head();
    if (ground.area().isEmpty() || other.area().isEmpty()) {
      return sameByte;
    }
    return sameByte
        && used == ground.area().capacity()
        && ground.area().guardBehind() == 0
        && other.area().guardBefore() == 0
        && ground.area().end() == other.area().start();
  }

  private static long end(Backing backing, State now, long size) {
    return backing.offset() + now.head() + size;
  }

  private static State state(
      Ground ground, @Nullable Arena epoch, State now, long head, long size) {
    MemorySegment pages = ground.lifetime.tie(ground.area(), epoch, ground.release());
    return State.of(epoch, pages, head, size, now.protection());
  }
}
