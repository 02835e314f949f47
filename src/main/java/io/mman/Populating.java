package io.mman;

import io.mman.platform.Platform;
import java.lang.foreign.MemorySegment;

/** Faults pages in as MAP_POPULATE does, but with a page that cannot be had as an error. */
final class Populating {
  private Populating() {}

  /**
   * Faults the pages of a range in: for writing where a write would copy them, else for reading.
   *
   * @throws MmanException {@code EFAULT} where a page is gone or cannot be allocated
   * @throws UnsupportedOperationException where the kernel lacks the advice
   */
  static void populate(MemorySegment pages, Protection protection, Backing backing) {
    boolean write = protection.canWrite() && (backing.kind().isPrivate() || !protection.canRead());
    if (pages.byteSize() == 0 || !(write || protection.canRead())) {
      return; // as MAP_POPULATE, which leaves pages alone that no one may touch
    }
    Advice advice = write ? Advice.POPULATE_WRITE : Advice.POPULATE_READ;
    try {
      Calls.madvise(pages, advice, backing.path());
    } catch (MmanException e) {
      if (e.error() == Errno.EINVAL && !advice.isSupported()) {
        throw Platform.lacks("MADV_" + advice + " of a kernel older than Linux 5.14");
      }
      throw e;
    }
  }
}
