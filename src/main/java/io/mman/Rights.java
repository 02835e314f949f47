package io.mman;

import java.lang.foreign.MemorySegment;

/** Changes what may be done with all pages of a region. */
final class Rights {
  private Rights() {}

  static void change(MemorySegment pages, Protection protection, Backing backing) {
    if (pages.byteSize() > 0) {
      Calls.mprotect(pages, protection, backing.path());
    }
  }

  /**
   * Undoes a change that failed half-way, as mprotect(2) does where the pages lie in several areas.
   *
   * @return false if that failed too
   */
  static boolean restore(MemorySegment pages, Protection before, Backing backing) {
    try {
      change(pages, before, backing);
      return true;
    } catch (MmanException e) {
      return false;
    }
  }
}
