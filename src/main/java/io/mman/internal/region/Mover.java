package io.mman.internal.region;

import io.mman.Errno;
import io.mman.MmanException;
import io.mman.RemapFlag;
import io.mman.internal.call.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a region without a reserve larger, which may move its pages: mremap(2). */
final class Mover extends Change {
  private static final Set<RemapFlag> ANYWHERE = Set.of(RemapFlag.MAYMOVE);
  private static final Set<RemapFlag> THERE = Set.of(RemapFlag.MAYMOVE, RemapFlag.FIXED);

  private final RegionResources resources;
  private final Backing backing;
  private final RegionState before;
  private final @Nullable Arena epoch;
  private final long newSize;

  private Mover(
      RegionResources resources,
      Backing backing,
      RegionState before,
      @Nullable Arena epoch,
      long newSize) {
    this.resources = resources;
    this.backing = backing;
    this.before = before;
    this.epoch = epoch;
    this.newSize = newSize;
  }

  /** Revokes all views, then grows the region. The caller has checked that it may be revoked. */
  static Outcome grow(RegionResources resources, Backing backing, RegionState now, long newSize) {
    Arena epoch = resources.lifetime().newEpoch();
    now.closeEpoch();
    return new Mover(resources, backing, now, epoch, newSize).run(now);
  }

  @Override
  RegionState apply() {
    move();
    resources.registerAdded(RegionState.used(before.head(), newSize));
    resources.resize(newSize, backing.end(before.head(), newSize));
    return resources.tie(before, epoch, before.head(), newSize);
  }

  /** Returns the state at the old size, unless some of the pages have moved and others have not. */
  @Override
  RegionState stateAfterFailure() {
    return resources.range().capacity() >= before.usedBytes()
        ? resources.tie(before, epoch, before.head(), before.size())
        : before.closed();
  }

  private void move() {
    AddressRange old = resources.range();
    long wanted = RegionState.used(before.head(), newSize);
    if (wanted <= old.capacity()) {
      return; // the last page, or those that huge pages were rounded up to, have room
    }
    if (old.isEmpty()) {
      resources.moveTo(mapFirst(wanted));
    } else if (resources.mayBeLocked() || hasLost()) {
      openAndMove(old, wanted);
    } else {
      try {
        moveAndGrow(old, wanted);
      } catch (MmanException e) {
        if (e.error() != Errno.EFAULT) {
          throw e;
        }
        openAndMove(old, wanted); // advice or locks have split the pages into several areas
      }
    }
  }

  /** Returns whether pages are lost. mremap(2) would extend the zeros there instead of the file. */
  private boolean hasLost() {
    Losses losses = resources.losses();
    return losses != null && losses.hasLost();
  }

  private AddressRange mapFirst(long wanted) {
    int fd = backing.acquire();
    try {
      return resources.placement().map(backing, wanted, wanted, before.protection(), fd);
    } finally {
      backing.release();
    }
  }

  /**
   * Moves and grows the pages in one call, after which they are still a single area. Before Linux
   * 6.17 mremap does not move more than one.
   */
  private void moveAndGrow(AddressRange old, long wanted) {
    if (resources.placement().isPlain()) {
      long address = remap(old, wanted, ANYWHERE, MemorySegment.NULL);
      resources.moveTo(new AddressRange(address, backing.pages(wanted)));
      return;
    }
    AddressRange range = resources.placement().reserve(wanted, backing);
    try {
      remap(old, range.capacity(), THERE, range.pages(0, range.capacity()));
      resources.moveTo(range);
    } catch (RuntimeException | Error e) {
      Placement.abandon(range, 0, range.capacity());
      throw e;
    }
    old.unmapGuards();
  }

  /**
   * Opens the new pages in a new place, then moves the old ones in front of them. Nothing is lost
   * if either step fails. The new pages of a locked region are not faulted in while the kernel
   * holds its lock on the whole address space, as they would be by mremap(2).
   */
  private void openAndMove(AddressRange old, long wanted) {
    AddressRange range = reserveOpened(old, wanted);
    long moved = old.capacity();
    try {
      remap(old, moved, THERE, range.pages(0, moved));
      resources.moveTo(range);
    } catch (RuntimeException | Error e) {
      if (!Placement.isMapped(old.pages(0, moved))) {
        leave(); // some areas have moved, so the region can use neither address range
        throw e;
      }
      // The kernel may already have unmapped the part that the old pages were to replace.
      Placement.abandon(range, 0, moved);
      throw e;
    }
    old.unmapGuards();
  }

  /** Returns a new place for all pages, with the added ones already open. */
  private AddressRange reserveOpened(AddressRange old, long wanted) {
    int fd = backing.acquire();
    try {
      AddressRange range = resources.placement().reserve(wanted, backing);
      long moved = old.capacity();
      long end = backing.isOpenedByProtection() ? range.capacity() : backing.pages(wanted);
      try {
        MemorySegment added = range.pages(moved, end - moved);
        resources.placement().open(added, moved, backing, before.protection(), fd);
      } catch (RuntimeException | Error e) {
        Placement.abandon(range, moved, end);
        throw e;
      }
      return range;
    } finally {
      backing.release();
    }
  }

  /**
   * Returns the address that the pages have moved to. Until then the region has no address range:
   * after an Error, such as a stack overflow, nobody knows whether the old range is still its own.
   */
  private long remap(AddressRange old, long bytes, Set<RemapFlag> flags, MemorySegment target) {
    leave();
    try {
      MemorySegment pages = old.pages(0, old.capacity());
      long address = SystemCalls.mremap(pages, bytes, flags, target).address();
      arrive(address);
      return address;
    } catch (RuntimeException e) {
      arrive(old.start());
      resources.moveTo(old);
      throw e;
    }
  }

  /** Gives up the old address range before a move. */
  private void leave() {
    resources.moveTo(AddressRange.EMPTY);
    Losses losses = resources.losses();
    if (losses != null) {
      losses.suspend();
    }
  }

  /** Lets the pages survive bus errors at their new address. */
  private void arrive(long start) {
    Losses losses = resources.losses();
    if (losses != null) {
      losses.place(start);
    }
  }
}
