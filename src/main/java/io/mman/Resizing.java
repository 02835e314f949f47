package io.mman;

import io.mman.libc.FileStatus;
import io.mman.platform.Platform;
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
      requireFileReaches(file, fd);
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

  private void requireFileReaches(NativeFile file, int fd) {
    FileStatus status = file.status(fd);
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
      Rights.wipe(now.pages(), now.size(), end, now.protection(), backing); // no head without file
    }
  }

  private State growInReserve(int fd) {
    long from = backing.pages(used(now.size()));
    long to = backing.pages(used(newSize));
    if (to > from) {
      // A part of the pages that the views lie in: their arena cannot close during the call.
      MemorySegment added = now.pages().asSlice(from, to - from);
      try {
        ground.placement.open(added, from, backing, now.protection(), fd);
      } catch (RuntimeException | Error e) {
        if (!backing.isOpenedByProtection() && !Placement.isReserved(added)) {
          ground.loseReserve(from, now.size());
        }
        throw e;
      }
    }
    return now.in(now.epoch(), now.pages(), now.head(), newSize);
  }

  private State growAndMove(int fd) {
    requireMovable();
    ground.requireRevocable();
    Arena next = ground.lifetime.newEpoch();
    Ground.closeEpoch(now);
    try {
      move(fd);
    } catch (RuntimeException e) {
      boolean stands = ground.area().capacity() >= used(now.size());
      region.state = stands ? in(next, now.size()) : now.closed(); // where and as large as it was
      throw e;
    } catch (Error e) {
      region.state = now.closed(); // no one knows how far it came
      throw e;
    }
    return in(next, newSize);
  }

  /** Refuses, before anything is revoked, what only Linux can do. */
  private void requireMovable() {
    Area area = ground.area();
    boolean moves = !area.isEmpty() && used(newSize) > area.capacity();
    if (moves && !RemapFlag.MAYMOVE.isSupported()) {
      throw Platform.lacks("mremap(2), without which only a region with a reserve can grow");
    }
  }

  private State in(@Nullable Arena epoch, long size) {
    MemorySegment pages = ground.lifetime.tie(ground.area(), epoch, ground.release());
    return now.in(epoch, pages, now.head(), size);
  }

  private void move(int fd) {
    Area old = ground.area();
    long wanted = used(newSize);
    if (wanted <= old.capacity()) {
      return; // in its last page, or in those that huge pages were rounded up to
    }
    if (old.isEmpty()) {
      ground.moveTo(ground.placement.map(backing, wanted, wanted, now.protection(), fd));
    } else if (region.mayBeLocked) {
      moveInto(old, wanted, fd);
    } else {
      try {
        moveAndGrow(old, wanted);
      } catch (MmanException e) {
        if (e.error() != Errno.EFAULT) {
          throw e;
        }
        moveInto(old, wanted, fd); // advice or locks have split the pages into several areas
      }
    }
  }

  /**
   * Does both in one call, after which the pages are still one area to the kernel: before Linux
   * 6.17 it does not move more than one.
   */
  private void moveAndGrow(Area old, long wanted) {
    if (ground.placement.isPlain()) {
      long address = remap(old, wanted, ANYWHERE, MemorySegment.NULL);
      ground.moveTo(new Area(address, backing.pages(wanted)));
      return;
    }
    Area area = ground.placement.reserve(wanted, backing);
    try {
      remap(old, area.capacity(), THERE, area.pages(0, area.capacity()));
      ground.moveTo(area);
    } catch (RuntimeException | Error e) {
      Placement.abandon(area, 0, area.capacity());
      throw e;
    }
    old.unmapGuards();
  }

  /**
   * Opens the new pages in a new place, then moves the old ones before them. Nothing is lost where
   * either fails, and the new pages of a locked region are not faulted in under the kernel's lock
   * on the whole address space, as mremap(2) would.
   */
  private void moveInto(Area old, long wanted, int fd) {
    Area area = ground.placement.reserve(wanted, backing);
    long moved = old.capacity();
    long end = backing.isOpenedByProtection() ? area.capacity() : backing.pages(wanted);
    try {
      MemorySegment added = area.pages(moved, end - moved);
      ground.placement.open(added, moved, backing, now.protection(), fd);
    } catch (RuntimeException | Error e) {
      Placement.abandon(area, moved, end);
      throw e;
    }
    try {
      remap(old, moved, THERE, area.pages(0, moved));
      ground.moveTo(area);
    } catch (RuntimeException | Error e) {
      if (!Placement.isMapped(old.pages(0, moved))) {
        ground.moveTo(Area.EMPTY); // the first of several areas have moved: all is left as it is
        throw e;
      }
      // Where the old pages were to go, the kernel may have unmapped the reserve already.
      Placement.abandon(area, 0, moved);
      throw e;
    }
    old.unmapGuards();
  }

  /**
   * Returns the address that the pages have moved to. Meanwhile the region stands nowhere: after an
   * Error, such as a stack overflow, no one knows whether the old place is still its own.
   */
  private long remap(Area old, long bytes, Set<RemapFlag> flags, MemorySegment target) {
    ground.moveTo(Area.EMPTY);
    try {
      return Calls.mremap(old.pages(0, old.capacity()), bytes, flags, target).address();
    } catch (RuntimeException e) {
      ground.moveTo(old);
      throw e;
    }
  }

  private State shrink() {
    State fresh = ground.revoke(now);
    long keep;
    try {
      keep = ground.hasReserve() ? shrinkInReserve() : cut();
    } catch (RuntimeException e) {
      region.state = fresh;
      throw e;
    } catch (Error e) {
      region.state = now.closed(); // no one knows how far it came
      throw e;
    }
    tellSize();
    ground.dirtyEnd = Math.min(Math.max(ground.dirtyEnd, now.size()), keep);
    MemorySegment pages = fresh.pages().asSlice(0, ground.area().capacity());
    return now.in(fresh.epoch(), pages, now.head(), newSize);
  }

  /** Returns how many bytes stay open. */
  private long shrinkInReserve() {
    long keep = backing.pages(used(newSize));
    long surplus = backing.pages(used(now.size())) - keep;
    if (surplus > 0) {
      ground.placement.giveBack(ground.area().pages(keep, surplus), backing);
    }
    return keep;
  }

  /** Unmaps pages at the end, and puts the guard behind those that stay; returns their bytes. */
  private long cut() {
    Area area = ground.area();
    long keep = ground.placement.room(used(newSize), backing);
    long surplus = area.capacity() - keep;
    if (surplus <= 0) {
      return area.capacity();
    }
    if (keep == 0) {
      area.unmap();
      ground.moveTo(Area.EMPTY);
    } else if (area.guardBehind() == 0) {
      area.from(keep).unmap();
      ground.moveTo(area.before(keep));
    } else {
      ground.placement.giveBack(area.pages(keep, surplus), backing);
      ground.moveTo(area.guardedFrom(keep).trimBehind(area.guardBehind()));
    }
    return keep;
  }

  private long used(long size) {
    return size == 0 ? 0 : now.head() + size;
  }
}
