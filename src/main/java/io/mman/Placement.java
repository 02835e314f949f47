package io.mman;

import io.mman.proc.Maps;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;

/**
 * Where a mapping goes: anywhere, or into address space that is reserved for it first, because it
 * shall be aligned, guarded, or have room to grow.
 *
 * @param alignment of the first page's address, in bytes; a power of two
 * @param phase what the first page's address shall be modulo the alignment
 * @param guard bytes on either side that nothing can access
 * @param rounding what the pages are rounded up to, in bytes, so that all may be huge ones
 * @param huge whether transparent huge pages are wanted
 * @param isPlain whether anywhere will do
 */
record Placement(
    long alignment, long phase, long guard, long rounding, boolean huge, boolean isPlain) {
  /** Address space that costs nothing. */
  private static final Set<MapFlag> RESERVED =
      EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, MapFlag.NORESERVE);

  private static final Placement ANYWHERE = new Placement(1, 0, 0, 1, false, true);

  /** Returns what a request wants. */
  static Placement of(MapRequest request, Backing backing) {
    if (!request.wantsPlace()) {
      return ANYWHERE;
    }
    long page = backing.page();
    long huge = request.hugePages ? HugePages.transparentBytes() : 1;
    boolean anonymous = backing.kind().isAnonymous();
    // A huge page of a file lies in memory as it lies in the file.
    boolean congruent = !anonymous && request.alignment <= page;
    long alignment = Math.max(page, Math.max(request.alignment, huge));
    return new Placement(
        alignment,
        congruent ? backing.offset() & (alignment - 1) : 0,
        request.guardPages ? Mman.pageSize() : 0,
        anonymous ? Math.max(page, huge) : page,
        request.hugePages,
        false);
  }

  /** Returns the bytes of the pages that hold some bytes. */
  long room(long bytes, Backing backing) {
    return PageRange.ceil(bytes, Math.max(rounding, backing.page()));
  }

  /**
   * Maps pages.
   *
   * @param used bytes from the first page on that are used now
   * @param capacity bytes that there shall be room for; what is not used cannot be accessed
   */
  Area map(Backing backing, long used, long capacity, Protection protection, int fd) {
    if (capacity == 0) {
      return Area.EMPTY;
    }
    if (isPlain) {
      return anywhere(backing, used, protection, fd);
    }
    Area area = reserve(capacity, backing);
    boolean done = false;
    try {
      // Without a reserve all of it is opened, so that the last pages can be huge too.
      open(area, 0, used == capacity ? area.capacity() : used, backing, protection, fd);
      done = true;
      return area;
    } finally {
      if (!done) {
        abandon(area);
      }
    }
  }

  private static Area anywhere(Backing backing, long used, Protection protection, int fd) {
    long bytes = backing.hugePage() == 0 ? used : backing.pages(used);
    MemorySegment pages =
        Calls.mmap(
            MemorySegment.NULL,
            bytes,
            protection,
            backing.flags(),
            fd,
            backing.offset(),
            backing.path());
    return new Area(pages.address(), backing.pages(used));
  }

  /** Reserves address space, and gives back what is left over on either side of it. */
  Area reserve(long capacity, Backing backing) {
    boolean opens = backing.isOpenedByProtection();
    long bytes = room(capacity, backing) + 2 * guard;
    long slack = alignment > Mman.pageSize() ? alignment : 0;
    PageRange.requireSize("size with alignment", bytes + slack);
    Set<MapFlag> flags = opens ? backing.reserveFlags() : RESERVED;
    long base =
        Calls.mmap(MemorySegment.NULL, bytes + slack, Protection.NONE, flags, -1, 0, null)
            .address();
    long address = base + ((phase - base - guard) & (alignment - 1));
    Area area = new Area(address, bytes, guard, guard);
    new Area(base, address - base).unmap();
    new Area(address + bytes, base + slack - address).unmap();
    if (huge && opens) {
      HugePages.advise(area);
    }
    return area;
  }

  /** Makes reserved pages usable. */
  void open(Area area, long offset, long bytes, Backing backing, Protection protection, int fd) {
    if (bytes == 0) {
      return;
    }
    MemorySegment pages = area.pages(offset, bytes);
    if (backing.isOpenedByProtection()) {
      Calls.mprotect(pages, protection, null);
      return;
    }
    Set<MapFlag> flags = EnumSet.copyOf(backing.flags());
    flags.add(MapFlag.FIXED); // over address space that is reserved for these pages
    long length = backing.hugePage() == 0 ? bytes : backing.pages(bytes);
    long start = backing.kind().isAnonymous() ? 0 : backing.offset() + offset;
    Calls.mmap(pages, length, protection, flags, fd, start, backing.path());
    if (huge) {
      HugePages.advise(new Area(area.start() + offset, length));
    }
  }

  /** Takes pages back into the reserve: what they held is gone, their addresses are not. */
  static void giveBack(Area area, long offset, long bytes, Backing backing) {
    boolean opens = backing.isOpenedByProtection();
    Set<MapFlag> flags = EnumSet.copyOf(opens ? backing.reserveFlags() : RESERVED);
    flags.add(MapFlag.FIXED);
    Calls.mmap(area.pages(offset, bytes), bytes, Protection.NONE, flags, -1, 0, null);
  }

  /**
   * Unmaps what was reserved in vain. A MAP_FIXED that fails may leave a hole on some kernels, and
   * another thread's mapping may be in it by now: then only address space is lost.
   */
  static void abandon(Area area) {
    if (isReserved(area)) {
      area.unmap();
    }
  }

  /** Tells whether all pages of an area are still in reserve, as far as {@code /proc} tells. */
  static boolean isReserved(Area area) {
    long next = area.address();
    for (Maps.Area part : Maps.overlapping(area.address(), area.length())) {
      if (part.start() > next || part.inode() != 0 || !part.rights().startsWith("---")) {
        return false;
      }
      next = part.end();
    }
    return next >= area.address() + area.length();
  }
}
