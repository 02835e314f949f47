package io.mman;

import io.mman.libc.FileStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives a region another size, in its reserve without moving, else by moving its pages. The caller
 * holds the file's length and the gate.
 */
final class Resizing {
  private static final int NO_FILE = -1;
  private static final Set<RemapFlag> ANYWHERE = Set.of(RemapFlag.MAYMOVE);
  private static final Set<RemapFlag> THERE = Set.of(RemapFlag.MAYMOVE, RemapFlag.FIXED);

  private final MappedRegion region;
  private final Ground ground;
  private final Backing backing;
  private final State now;
  private final long newSize;

  Resizing(MappedRegion region, Ground ground, State now, long newSize) {
    this.region = region;
    this.ground = ground;
    this.backing = region.backing;
    this.now = now;
    this.newSize = newSize;
  }

  /** Returns the new state; where it fails after views were revoked, the region has one already. */
  State run() {
    if (newSize < now.size()) {
      return shrink();
    }
    requireRoom();
    NativeFile file = backing.file();
    return file == null ? grow(NO_FILE) : growIn(file);
  }

  private State growIn(NativeFile file) {
    int fd = file.descriptor().acquire();
    try {
      requireFileReaches(file);
      return grow(fd);
    } finally {
      file.descriptor().release();
    }
  }

  private void requireRoom() {
    if (ground.hasReserve() && newSize > ground.reserve) {
      throw new IllegalArgumentException(
          "size " + newSize + " is more than the reserve of " + ground.reserve);
    }
    if (backing.kind() == Backing.Kind.ANONYMOUS_SHARED) {
      throw new UnsupportedOperationException(
          "shared anonymous memory cannot grow: touching the new pages would be a SIGBUS; a file"
              + " of NativeFile.memory can");
    }
    if (backing.hugePage() > 0) {
      throw new UnsupportedOperationException("explicit huge pages cannot grow");
    }
    if (!backing.kind().isAnonymous() && backing.file() == null) {
      throw new IllegalStateException(
          "a region mapped from a path has no descriptor to grow with: map a NativeFile");
    }
  }

  private void requireFileReaches(NativeFile file) {
    FileStatus status = file.status();
    if (status.isRegular() && newSize > status.size() - backing.offset() - now.head()) {
      throw new IllegalArgumentException(
          "size "
              + newSize
              + " reaches past the end of \""
              + file.path()
              + "\", which has "
              + status.size()
              + " bytes: resize the file first");
    }
  }

  private State grow(int fd) {
    wipeTail();
    State grown = ground.hasReserve() ? growInReserve(fd) : growAndMove(fd);
    tellSize();
    return grown;
  }

  private void tellSize() {
    ground.release().resize(newSize, backing.end(now.head(), newSize));
  }

  /** Makes bytes zero that were cut off and come back; no view reaches them. */
  private void wipeTail() {
    long end = Math.min(newSize, ground.dirtyEnd);
    if (backing.kind() == Backing.Kind.ANONYMOUS_PRIVATE && end > now.size()) {
      MemorySegment bytes = now.pages().asSlice(now.head() + now.size(), end - now.size());
      Rights.wipe(ground.protectable(now), bytes, now.protection(), backing);
    }
  }

  private State growInReserve(int fd) {
    long from = backing.pages(used(now.size()));
    long bytes = used(newSize) - from;
    Area area = ground.area();
    if (bytes > 0) {
      try {
        ground.placement.open(area, from, bytes, backing, now.protection(), fd);
      } catch (RuntimeException | Error e) {
        Area part = new Area(area.start() + from, backing.pages(bytes));
        if (!Placement.isReserved(part)) {
          ground.reserve = now.size(); // what is there now is not known: never touch it again
        }
        throw e;
      }
    }
    return State.of(now.epoch(), now.pages(), now.head(), newSize, now.protection());
  }

  private State growAndMove(int fd) {
    ground.requireRevocable();
    Arena next = ground.lifetime.newEpoch();
    Ground.closeEpoch(now);
    try {
      ground.moveTo(move(fd));
    } catch (RuntimeException | Error e) {
      region.state = in(next, now.size()); // where and as large as it was
      throw e;
    }
    return in(next, newSize);
  }

  private State in(@Nullable Arena epoch, long size) {
    MemorySegment pages = ground.lifetime.tie(ground.area(), epoch, ground.release());
    return State.of(epoch, pages, now.head(), size, now.protection());
  }

  /** Returns the area to which the pages have moved. */
  private Area move(int fd) {
    Area old = ground.area();
    long wanted = used(newSize);
    if (old.isEmpty()) {
      return ground.placement.map(backing, wanted, wanted, now.protection(), fd);
    }
    if (wanted <= old.capacity()) {
      return old; // in its last page, or in those that huge pages were rounded up to
    }
    if (ground.placement.isPlain() && !region.mayBeLocked) {
      try {
        MemorySegment pages = old.pages(0, old.capacity());
        long address = Calls.mremap(pages, wanted, ANYWHERE, MemorySegment.NULL).address();
        return new Area(address, backing.pages(wanted));
      } catch (MmanException e) {
        if (e.error() != Errno.EFAULT) {
          throw e;
        }
        // Advice or locks have split the pages into several areas.
      }
    }
    return moveInto(old, wanted, fd);
  }

  /**
   * Opens the new pages in a new place, then moves the old ones before them. Nothing is lost where
   * either fails, and the new pages of a locked region are not faulted in under the kernel's lock
   * on the whole address space, as mremap(2) would.
   */
  private Area moveInto(Area old, long wanted, int fd) {
    Area area = ground.placement.reserve(wanted, backing);
    long moved = old.capacity();
    long end = backing.isOpenedByProtection() ? area.capacity() : wanted;
    try {
      ground.placement.open(area, moved, Math.max(0, end - moved), backing, now.protection(), fd);
    } catch (RuntimeException | Error e) {
      Placement.abandon(area);
      throw e;
    }
    try {
      Calls.mremap(old.pages(0, moved), moved, THERE, area.pages(0, moved));
    } catch (RuntimeException | Error e) {
      // Where the old pages were to go, the kernel may have unmapped the reserve already.
      Placement.abandon(new Area(area.address(), area.guardBefore() + moved));
      area.from(moved).unmap();
      throw e;
    }
    old.unmapGuards();
    return area;
  }

  private State shrink() {
    State fresh = ground.revoke(now);
    Area area = ground.area();
    long keep = newSize == 0 ? 0 : ground.placement.room(used(newSize), backing);
    try {
      if (!ground.hasReserve()) {
        ground.moveTo(area.capacity() > keep ? cut(area, keep) : area);
      } else if (backing.pages(used(now.size())) > keep) {
        Placement.giveBack(area, keep, backing.pages(used(now.size())) - keep, backing);
      }
    } catch (RuntimeException | Error e) {
      region.state = fresh;
      throw e;
    }
    tellSize();
    long dirty = Math.max(ground.dirtyEnd, now.size());
    ground.dirtyEnd = Math.min(dirty, Math.max(0, keep - now.head()));
    MemorySegment pages = fresh.pages().asSlice(0, ground.area().capacity());
    return State.of(fresh.epoch(), pages, now.head(), newSize, now.protection());
  }

  /** Unmaps pages at the end, and puts the guard behind those that stay. */
  private Area cut(Area area, long keep) {
    if (keep == 0) {
      area.unmap();
      return Area.EMPTY;
    }
    long guard = area.guardBehind();
    if (guard > 0) {
      Placement.giveBack(area, keep, guard, backing);
    }
    Area rest = new Area(area.start() + keep + guard, area.capacity() - keep);
    rest.unmap();
    return new Area(area.address(), area.guardBefore() + keep + guard, area.guardBefore(), guard);
  }

  private long used(long size) {
    return size == 0 ? 0 : now.head() + size;
  }
}
