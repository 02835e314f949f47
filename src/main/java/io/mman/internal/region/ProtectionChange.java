package io.mman.internal.region;

import io.mman.Errno;
import io.mman.MmanException;
import io.mman.Protection;
import io.mman.internal.call.SystemCalls;
import io.mman.internal.proc.Maps;
import java.lang.foreign.MemorySegment;

/** Changes the protection of a region's pages, of all of them or none. */
final class ProtectionChange extends Change {
  private final MemorySegment pages;
  private final RegionState fresh;
  private final Protection target;
  private final Backing backing;

  private ProtectionChange(
      MemorySegment pages, RegionState fresh, Protection target, Backing backing) {
    this.pages = pages;
    this.fresh = fresh;
    this.target = target;
    this.backing = backing;
  }

  /** Changes the protection, and revokes all views first if it takes a right away. */
  static Outcome run(
      RegionResources resources, Backing backing, RegionState now, Protection target) {
    boolean widens = (target.bits() & now.protection().bits()) == now.protection().bits();
    if (widens) {
      return Outcome.of(widen(resources.protectable(now), backing, now, target));
    }
    RegionState fresh = resources.revoke(now);
    return new ProtectionChange(resources.protectable(fresh), fresh, target, backing).run(now);
  }

  /** Changes the pages first, then the view. */
  private static RegionState widen(
      MemorySegment pages, Backing backing, RegionState now, Protection wider) {
    try {
      protect(pages, wider, backing);
    } catch (RuntimeException | Error e) {
      restore(pages, now.protection(), backing); // if it fails, pages allow more than the views
      throw e;
    }
    return now.with(wider);
  }

  @Override
  RegionState apply() {
    protect(pages, target, backing);
    return fresh.with(target);
  }

  @Override
  RegionState stateAfterFailure() {
    return restore(pages, fresh.protection(), backing) ? fresh : fresh.withoutView();
  }

  /** Fills bytes with zeros, even if the protection of their pages does not allow writing. */
  static void wipe(
      MemorySegment pages, long from, long to, Protection protection, Backing backing) {
    MemorySegment bytes = pages.asSlice(from, to - from);
    if (protection.canWrite()) {
      bytes.fill((byte) 0);
      return;
    }
    long start = PageRange.floor(from, backing.page());
    MemorySegment theirs = pages.asSlice(start, to - start);
    // Native code that has pinned the region may be executing the first of them.
    boolean code = protection.canExecute();
    protect(theirs, code ? Protection.READ_WRITE_EXEC : Protection.READ_WRITE, backing);
    try {
      bytes.fill((byte) 0);
    } finally {
      protect(theirs, protection, backing);
    }
  }

  private static void protect(MemorySegment pages, Protection protection, Backing backing) {
    if (pages.byteSize() > 0) {
      try {
        SystemCalls.mprotect(pages, protection, backing.path());
      } catch (MmanException e) {
        throw e.error() == Errno.EACCES
            ? ProtectionRefusal.explain(e, pages, protection, backing)
            : e;
      }
      if (backing.hugePage() > 0) {
        Prefault.populate(pages, protection, backing); // a write may need new huge pages now
      } else if (backing.isEndless()) {
        FileEnd.requirePages(pages, protection, backing); // they may have been inaccessible so far
      }
    }
  }

  /**
   * Undoes a change that failed half-way, as mprotect(2) does if the pages lie in several areas.
   *
   * @return false if some pages have another protection now
   */
  private static boolean restore(MemorySegment pages, Protection before, Backing backing) {
    try {
      protect(pages, before, backing);
      return true;
    } catch (MmanException e) {
      return have(pages, before); // sealed pages refuse even the protection that they have
    }
  }

  /** Returns whether all pages have a protection, according to {@code /proc}. */
  private static boolean have(MemorySegment pages, Protection protection) {
    String letters =
        (protection.canRead() ? "r" : "-")
            + (protection.canWrite() ? "w" : "-")
            + (protection.canExecute() ? "x" : "-");
    return Maps.cover(pages.address(), pages.byteSize(), letters, false);
  }
}
