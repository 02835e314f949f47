package io.mman.internal.region;

import io.mman.RemapFlag;
import io.mman.internal.platform.Platform;
import java.lang.foreign.MemorySegment;

/**
 * Gives a region another size: in its reserve without moving it, otherwise by moving its pages. The
 * caller holds the region's lock.
 */
final class Resizer {
  private final RegionResources resources;
  private final Backing backing;
  private final RegionState now;
  private final long newSize;
  private final FileReach reach;

  /**
   * Creates the change.
   *
   * @param extend whether the file is made long enough first
   */
  Resizer(
      RegionResources resources, Backing backing, RegionState now, long newSize, boolean extend) {
    this.resources = resources;
    this.backing = backing;
    this.now = now;
    this.newSize = newSize;
    this.reach = new FileReach(backing, now, newSize, extend);
  }

  Outcome run() {
    if (newSize < now.size()) {
      return shrink();
    }
    requireRoom();
    if (newSize > now.size()) {
      requireGrowable();
    }
    int fd = reach.begin();
    try {
      if (newSize == now.size()) {
        return Outcome.of(now);
      }
      wipeTail();
      if (resources.hasReserve()) {
        return Outcome.of(growInReserve(fd));
      }
    } finally {
      reach.end();
    }
    return Mover.grow(resources, backing, now, newSize, reach);
  }

  private Outcome shrink() {
    RegionState fresh = resources.revoke(now);
    return new Shrinker(resources, backing, fresh, newSize).run(now);
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
      throw Platform.lacks(
          "mremap(2) of Linux, without which only a region with a reserve can grow,");
    }
    resources.requireRevocable();
  }

  /** Fills bytes with zeros that the region had before it shrank; no view reaches them. */
  private void wipeTail() {
    long end = Math.min(newSize, resources.dirtyEnd());
    if (backing.kind() == Backing.Kind.ANONYMOUS_PRIVATE && end > now.size()) {
      // Anonymous memory has no head.
      ProtectionChange.wipe(now.pages(), now.size(), end, now.protection(), backing);
    }
  }

  private RegionState growInReserve(int fd) {
    long from = backing.pages(now.usedBytes());
    long to = backing.pages(RegionState.used(now.head(), newSize));
    if (to > from) {
      // A part of the pages that the views lie in: their arena cannot close during the call.
      MemorySegment added = now.pages().asSlice(from, to - from);
      try {
        resources.placement().open(added, from, backing, now.protection(), fd);
      } catch (RuntimeException | Error e) {
        if (!backing.isOpenedByProtection() && !Placement.isReserved(added)) {
          resources.loseReserve(from, now.size());
        }
        throw e;
      }
    }
    resources.resize(newSize, backing.end(now.head(), newSize));
    return now.in(now.epoch(), now.pages(), now.head(), newSize);
  }
}
