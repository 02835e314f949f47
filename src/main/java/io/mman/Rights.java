package io.mman;

import io.mman.proc.Maps;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;

/** Changes what may be done with the pages of a region, all of them or none. */
final class Rights {
  private Rights() {}

  /** Gives more rights: the pages first, then the view. */
  static State widen(MappedRegion region, Ground ground, State now, Protection wider) {
    MemorySegment pages = ground.protectable(now);
    try {
      protect(pages, wider, region.backing);
    } catch (RuntimeException | Error e) {
      restore(pages, now.protection(), region.backing); // if not, they have more than the views
      throw e;
    }
    return State.of(now.epoch(), now.pages(), now.head(), now.size(), wider);
  }

  /** Takes rights away: the views first, then the pages. */
  static State narrow(MappedRegion region, Ground ground, State now, Protection narrower) {
    State fresh = ground.revoke(now);
    MemorySegment pages = ground.protectable(fresh);
    try {
      protect(pages, narrower, region.backing);
    } catch (RuntimeException e) {
      boolean restored = restore(pages, now.protection(), region.backing);
      region.state = restored ? fresh : fresh.blind();
      throw e;
    } catch (Error e) {
      region.state = now.closed(); // no one knows how far it came
      throw e;
    }
    return State.of(fresh.epoch(), fresh.pages(), now.head(), now.size(), narrower);
  }

  /** Makes bytes zero, whose pages may lack the right to write. */
  static void wipe(
      MemorySegment pages, long from, long to, Protection protection, Backing backing) {
    MemorySegment bytes = pages.asSlice(from, to - from);
    if (protection.canWrite()) {
      bytes.fill((byte) 0);
      return;
    }
    long start = PageRange.floor(from, backing.page());
    MemorySegment theirs = pages.asSlice(start, to - start);
    // Someone who has pinned the region may be executing code in the first of them.
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
      Calls.mprotect(pages, protection, backing.path());
      if (backing.hugePage() > 0) {
        Populating.populate(pages, protection, backing); // a write may want pages of its own now
      }
    }
  }

  /**
   * Undoes a change that failed half-way, as mprotect(2) does where the pages lie in several areas.
   *
   * @return false if some pages have other rights now
   */
  private static boolean restore(MemorySegment pages, Protection before, Backing backing) {
    try {
      protect(pages, before, backing);
      return true;
    } catch (MmanException e) {
      return have(pages, before); // sealed pages refuse even the rights that they have
    }
  }

  /** Tells whether all pages have some rights, as far as {@code /proc} tells. */
  private static boolean have(MemorySegment pages, Protection rights) {
    long next = pages.address();
    try {
      for (Maps.Area part : Maps.overlapping(pages.address(), pages.byteSize())) {
        if (part.start() > next || !part.rights().startsWith(rights.letters())) {
          return false;
        }
        next = part.end();
      }
    } catch (UncheckedIOException unknown) {
      return false;
    }
    return next >= pages.address() + pages.byteSize();
  }
}
