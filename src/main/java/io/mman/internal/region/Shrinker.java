package io.mman.internal.region;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Makes a region smaller, after its views have been revoked. */
final class Shrinker extends Change {
  private final RegionResources resources;
  private final Backing backing;
  private final RegionState fresh;
  private final long newSize;

  /** Whether the file may be truncated under the pages. */
  private boolean isUncovered;

  /** The losses of the pages that are about to be unmapped. */
  private @Nullable Losses cut;

  /**
   * Creates the change.
   *
   * @param fresh the state of the region after the revocation
   */
  Shrinker(RegionResources resources, Backing backing, RegionState fresh, long newSize) {
    this.resources = resources;
    this.backing = backing;
    this.fresh = fresh;
    this.newSize = newSize;
  }

  @Override
  RegionState apply() {
    long head = fresh.head();
    if (newSize == 0 && !backing.kind().isAnonymous()) {
      // Once the last page is unmapped, the number of the file may be that of another file.
      isUncovered = true;
      resources.cover(0);
    }
    Losses losses = resources.losses();
    cut = losses == null ? null : losses.cut(RegionState.used(head, newSize));
    long kept = resources.hasReserve() ? returnToReserve() : unmapEnd();
    if (cut != null) {
      cut.end();
    }
    resources.resize(newSize, backing.end(head, newSize));
    resources.markDirty(fresh.size(), kept);
    MemorySegment pages = fresh.pages().asSlice(0, resources.range().capacity());
    return fresh.in(fresh.epoch(), pages, head, newSize);
  }

  @Override
  RegionState stateAfterFailure() {
    if (isUncovered) {
      if (cut != null) {
        cut.end();
      }
      return fresh.closed();
    }
    Losses losses = resources.losses();
    if (losses != null && cut != null) {
      losses.putBack(resources.range(), cut); // pages that are lost remain so
    }
    return fresh;
  }

  /** Returns pages at the end to the reserve, and returns how many bytes stay open. */
  private long returnToReserve() {
    long keep = backing.pages(RegionState.used(fresh.head(), newSize));
    long surplus = backing.pages(fresh.usedBytes()) - keep;
    if (surplus > 0) {
      resources.placement().giveBack(resources.range().pages(keep, surplus), backing);
    }
    return keep;
  }

  /** Unmaps pages at the end, moves the guard after those that stay, and returns their size. */
  private long unmapEnd() {
    AddressRange range = resources.range();
    long keep = resources.placement().room(RegionState.used(fresh.head(), newSize), backing);
    long surplus = range.capacity() - keep;
    if (surplus <= 0) {
      return range.capacity();
    }
    if (keep == 0) {
      range.unmap();
      resources.moveTo(AddressRange.EMPTY);
    } else if (range.guardAfter() == 0) {
      range.from(keep).unmap();
      resources.moveTo(range.before(keep));
    } else {
      resources.placement().giveBack(range.pages(keep, surplus), backing);
      resources.moveTo(range.guardedFrom(keep).trimAfter(range.guardAfter()));
    }
    return keep;
  }
}
