package io.mman;

import java.lang.foreign.MemorySegment;

/** Puts mappings into the address space: anywhere, or where alignment, reserve and guards want. */
final class Placement {
  private Placement() {}

  /** Maps bytes wherever the kernel likes. */
  static Area anywhere(Backing backing, long bytes, Protection protection, int fd) {
    MemorySegment pages =
        Calls.mmap(
            MemorySegment.NULL,
            bytes,
            protection,
            backing.flags(),
            fd,
            backing.offset(),
            backing.path());
    return new Area(pages.address(), bytes, 0);
  }
}
