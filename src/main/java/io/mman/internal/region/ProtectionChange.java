package io.mman.internal.region;

import io.mman.Errno;
import io.mman.MmanException;
import io.mman.Protection;
import io.mman.internal.call.SystemCalls;
import io.mman.internal.proc.Maps;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Changes the protection of a region's pages, of all of them or none. */
final class ProtectionChange extends Change {
  private final MemorySegment pages;
  private final @Nullable Losses losses;
  private final RegionState fresh;
  private final Protection target;
  private final Backing backing;

  private ProtectionChange(
      RegionResources resources, RegionState fresh, Protection target, Backing backing) {
    this.pages = resources.protectable(fresh);
    this.losses = resources.losses();
    this.fresh = fresh;
    this.target = target;
    this.backing = backing;
  }

  /** Changes the protection, and revokes all views first if it takes a right away. */
  static Outcome run(
      RegionResources resources, Backing backing, RegionState now, Protection target) {
    boolean widens = (target.bits() & now.protection().bits()) == now.protection().bits();
    if (widens) {
      return Outcome.of(new ProtectionChange(resources, now, target, backing).widen());
    }
    RegionState fresh = resources.revoke(now);
    return new ProtectionChange(resources, fresh, target, backing).run(now);
  }

  /** Changes the pages first, then the view. */
  private RegionState widen() {
    try {
      protect(target);
    } catch (RuntimeException | Error e) {
      restore(); // if it fails, pages allow more than the views
      throw e;
    }
    return fresh.with(target);
  }

  @Override
  RegionState apply() {
    protect(target);
    return fresh.with(target);
  }

  @Override
  RegionState stateAfterFailure() {
    return restore() ? fresh : fresh.withoutView();
  }

  /** Changes the protection of the pages, and first that of pages replaced from now on. */
  private void protect(Protection protection) {
    if (losses != null) {
      losses.protect(protection);
    }
    protect(pages, protection, backing);
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
  private boolean restore() {
    try {
      protect(fresh.protection());
      return true;
    } catch (MmanException e) {
      return have(
          pages, fresh.protection()); // sealed pages refuse even the protection that they have
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
