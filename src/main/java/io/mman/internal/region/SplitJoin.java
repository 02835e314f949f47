package io.mman.internal.region;

import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Divides a region in two, and unites two regions. Neither needs a system call. */
final class SplitJoin {
  private SplitJoin() {}

  /** A region as both operations see it. */
  record Part(RegionResources resources, Backing backing, RegionState state) {}

  /**
   * What two regions are after they were joined.
   *
   * @param failure what the caller gets, if the views of the first could not be revoked
   */
  record Joined(RegionState first, RegionState second, @Nullable RuntimeException failure) {}

  /**
   * The division of an address range.
   *
   * @param first the range that the region keeps
   * @param second the range of the rest, which includes a reserve
   * @param skipped bytes from the region's first page to the first page of the rest
   * @param head bytes of that page before the rest
   */
  private record Division(AddressRange first, AddressRange second, long skipped, long head) {
    static Division of(AddressRange range, RegionState now, long offset, long page) {
      if (offset == 0) {
        return new Division(AddressRange.EMPTY, range, 0, now.head());
      }
      long end = now.head() + offset;
      long skipped = PageRange.floor(end, page);
      boolean hasMore = end == skipped && end < range.capacity();
      return hasMore
          ? new Division(range.before(end), range.from(end), skipped, 0)
          : new Division(range, AddressRange.EMPTY, skipped, end - skipped);
    }
  }

  /**
   * Leaves the bytes before an offset to a region.
   *
   * @return the region, and the rest, which takes a reserve along
   */
  static Part[] split(Part region, long offset) {
    RegionResources resources = region.resources;
    Backing backing = region.backing;
    backing.requireUnmirrored("split");
    RegionState now = region.state;
    Objects.checkIndex(offset, now.size() + 1);
    Division division = Division.of(resources.range(), now, offset, backing.page());
    if (division.head > 0 && offset > 0 && offset < now.size()) {
      throw new IllegalArgumentException(
          "offset "
              + offset
              + " is inside a page of "
              + backing.page()
              + " bytes, which ends at offset "
              + (offset - division.head + backing.page()));
    }
    resources.requireUntracked();
    resources.requireRevocable();
    Arena epoch = resources.lifetime().newEpoch();
    Arena restEpoch = resources.lifetime().newEpoch();
    now.closeEpoch();

    long restSize = now.size() - offset;
    Backing restBacking = backing.from(division.skipped);
    Unmapper unmapper =
        resources.unmapperOf(
            division.second,
            backing.end(now.head() + offset, restSize),
            split(resources.losses(), division, restBacking),
            restSize);
    RegionResources rest = resources.splitOff(division.first, unmapper, offset);
    resources.resize(offset, backing.end(now.head(), offset));
    long head = backing.kind().isAnonymous() ? 0 : division.head; // anonymous memory has no head
    return new Part[] {
      new Part(resources, backing, resources.tie(now, epoch, now.head(), offset)),
      new Part(rest, restBacking, rest.tie(now, restEpoch, head, restSize))
    };
  }

  private static @Nullable Losses split(
      @Nullable Losses losses, Division division, Backing restBacking) {
    if (losses == null) {
      return null;
    }
    boolean takesPages = !division.second.isEmpty();
    return losses.split(takesPages ? division.skipped : division.first.capacity(), restBacking);
  }

  /** Refuses regions that can be joined with none. */
  static void requireJoinable(Backing backing, RegionResources resources) {
    backing.requireUnmirrored("joined");
    resources.requireOwned(); // two regions of a group share a lock, which is not reentrant
  }

  /** Adds the bytes of the next region to those of the first one, and closes the next. */
  static Joined join(Part one, Part next) {
    one.resources.requireUntracked();
    next.resources.requireUntracked();
    one.resources.requireRevocable();
    next.resources.requireRevocable();
    requireFit(one, next);
    RegionState now = one.state;
    RegionState after = next.state;
    Lifetime lifetime = one.resources.lifetime();
    Arena epoch = lifetime.newEpoch();
    Arena spare = lifetime.newEpoch();
    after.closeEpoch();
    try {
      now.closeEpoch();
    } catch (RuntimeException e) {
      return new Joined(now, next.resources.tie(after, spare, after.head(), after.size()), e);
    }
    long size = now.size() + after.size();
    long head = now.size() == 0 ? after.head() : now.head();
    // The file stays covered throughout, and after an Error no two regions own the same pages.
    one.resources.resize(size, one.backing.end(head, size));
    one.resources.join(next.resources);
    next.resources.handOver();
    one.resources.append(next.resources, now.size());
    return new Joined(one.resources.tie(now, epoch, head, size), after.closed(), null);
  }

  private static void requireFit(Part one, Part next) {
    String reason = null;
    if (!one.resources.lifetime().isLike(next.resources.lifetime())) {
      reason = "their lifetimes differ";
    } else if (one.state.protection() != next.state.protection()) {
      reason = "their protections differ";
    } else if (!one.backing.isLike(next.backing)) {
      reason = "they are not mapped from the same file in the same way";
    } else if ((one.resources.losses() == null) != (next.resources.losses() == null)) {
      reason = "only one of them survives bus errors";
    } else if (!areAdjacent(one, next)) {
      reason = "the second does not begin where the first ends";
    }
    if (reason != null) {
      throw new IllegalArgumentException(
          "cannot join "
              + one.state.describe(one.backing)
              + " and "
              + next.state.describe(next.backing)
              + ": "
              + reason);
    }
  }

  private static boolean areAdjacent(Part one, Part next) {
    AddressRange range = one.resources.range();
    AddressRange nextRange = next.resources.range();
    long end = one.backing.offset() + one.state.head() + one.state.size();
    boolean sameByte =
        one.backing.kind().isAnonymous() || end == next.backing.offset() + next.state.head();
    if (range.isEmpty() || nextRange.isEmpty()) {
      return sameByte;
    }
    return sameByte
        && one.state.usedBytes() == range.capacity()
        && range.guardAfter() == 0
        && nextRange.guardBefore() == 0
        && range.end() == nextRange.start();
  }
}
