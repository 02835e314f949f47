package io.mman.internal.region;

import io.mman.RemapFlag;
import io.mman.internal.file.FileLength;
import io.mman.internal.file.OpenFile;
import io.mman.internal.jfr.Recorded;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.platform.Platform;
import java.lang.foreign.MemorySegment;

/**
 * Gives a region another size: in its reserve without moving it, otherwise by moving its pages. The
 * caller holds the region's lock. The descriptor of the file is never in use while views are
 * revoked, because a clean-up that then runs may close the file.
 */
final class Resizer {
  private final RegionResources resources;
  private final Backing backing;
  private final RegionState now;
  private final long newSize;

  Resizer(RegionResources resources, Backing backing, RegionState now, long newSize) {
    this.resources = resources;
    this.backing = backing;
    this.now = now;
    this.newSize = newSize;
  }

  /**
   * Changes the size, unless the region has it already.
   *
   * @param extendFile whether the file is made long enough first
   */
  Outcome run(boolean extendFile) {
    backing.requireUnmirrored("resized");
    if (extendFile && newSize < now.size()) {
      throw new IllegalArgumentException(
          "cannot extend a region of " + now.size() + " bytes to " + newSize);
    }
    resources.requireUnsealed("mremap");
    if (newSize == now.size() && !(extendFile && backing.file() != null)) {
      return Outcome.of(now);
    }
    if (newSize != now.size()) {
      resources.requireUntracked();
    }
    Recorded recorded = Recorded.begin(Recorded.Kind.RESIZE);
    Outcome outcome = change(extendFile);
    if (recorded != null && outcome.failure() == null) {
      RegionState then = outcome.state();
      recorded.end(then.pages().address() + then.head(), newSize, "", backing.pathText());
    }
    return outcome;
  }

  private Outcome change(boolean extendFile) {
    if (newSize < now.size()) {
      return shrink();
    }
    requireRoom();
    OpenFile file = backing.file();
    return file == null ? grow() : growIn(file, extendFile);
  }

  private Outcome shrink() {
    RegionState fresh = resources.revoke(now);
    return new Shrinker(resources, backing, fresh, newSize).run(now);
  }

  /** Covers the added bytes of the file, before they are known to exist, and then grows. */
  private Outcome growIn(OpenFile file, boolean extendFile) {
    resources.cover(backing.end(now.head(), newSize));
    boolean done = false;
    try {
      requireFile(file, extendFile);
      Outcome outcome = newSize == now.size() ? Outcome.of(now) : grow();
      done = outcome.failure() == null;
      return outcome;
    } finally {
      if (!done) {
        resources.cover(backing.end(now.head(), now.size()));
      }
    }
  }

  private void requireFile(OpenFile file, boolean extendFile) {
    int fd = file.acquire();
    try {
      FileStatus status = file.status(fd);
      if (extendFile && status.isRegular()) {
        extend(file, status);
      } else if (newSize > now.size()) {
        FileEnd.requireReached(file, status, backing.offset() + now.head(), newSize);
      }
    } finally {
      file.release();
    }
  }

  /**
   * Extends the file from its end, if another process has truncated it, or else from the region's.
   */
  private void extend(OpenFile file, FileStatus status) {
    if (newSize > now.size()) {
      requireGrowable();
    }
    long start = backing.offset() + now.head();
    long from = Math.max(start, Math.min(start + now.size(), status.size()));
    FileLength.extendAllocated(file, from, start + newSize - from);
  }

  /** Refuses kinds of memory that cannot grow, and sizes above the reserve. */
  private void requireRoom() {
    if (resources.hasReserve() && newSize > resources.reserve()) {
      throw new IllegalArgumentException(
          "size " + newSize + " is more than the reserve of " + resources.reserve());
    }
    if (backing.kind() == Backing.Kind.ANONYMOUS_SHARED) {
      throw new UnsupportedOperationException(
          "shared anonymous memory cannot grow, because touching the new pages would raise SIGBUS:"
              + " map a file of NativeFile.memory");
    }
    if (backing.hugePage() > 0) {
      throw new UnsupportedOperationException("explicit huge pages cannot grow");
    }
    if (!backing.kind().isAnonymous() && backing.file() == null) {
      throw new IllegalStateException(
          "a region mapped from a path has no descriptor to grow with: map a NativeFile, or map"
              + " with reserve");
    }
  }

  /**
   * Refuses a region without a reserve whose pages cannot move, or whose views cannot be revoked.
   */
  private void requireGrowable() {
    if (resources.hasReserve()) {
      return;
    }
    AddressRange range = resources.range();
    boolean moves = !range.isEmpty() && RegionState.used(now.head(), newSize) > range.capacity();
    if (moves && !RemapFlag.MAYMOVE.isSupported()) {
      throw Platform.lacks("mremap(2), without which only a region with a reserve can grow,");
    }
    resources.requireRevocable();
  }

  private Outcome grow() {
    requireGrowable();
    wipeTail();
    if (resources.hasReserve()) {
      return Outcome.of(growInReserve());
    }
    return Mover.grow(resources, backing, now, newSize);
  }

  /** Fills bytes with zeros that the region had before it shrank; no view reaches them. */
  private void wipeTail() {
    long end = Math.min(newSize, resources.dirtyEnd());
    if (backing.kind() == Backing.Kind.ANONYMOUS_PRIVATE && end > now.size()) {
      // Anonymous memory has no head.
      ProtectionChange.wipe(now.pages(), now.size(), end, now.protection(), backing);
    }
  }

  private RegionState growInReserve() {
    long from = backing.pages(now.usedBytes());
    long to = backing.pages(RegionState.used(now.head(), newSize));
    if (to > from) {
      // A part of the pages that the views lie in: their arena cannot close during the call.
      MemorySegment added = now.pages().asSlice(from, to - from);
      int fd = backing.acquire();
      try {
        resources.placement().open(added, from, backing, now.protection(), fd);
      } catch (RuntimeException | Error e) {
        if (!backing.isOpenedByProtection() && !Placement.isReserved(added)) {
          resources.loseReserve(from, now.size());
        }
        throw e;
      } finally {
        backing.release();
      }
    }
    resources.registerAdded(RegionState.used(now.head(), newSize));
    resources.resize(newSize, backing.end(now.head(), newSize));
    return now.in(now.epoch(), now.pages(), now.head(), newSize);
  }
}
