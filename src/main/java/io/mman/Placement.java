package io.mman;

import io.mman.platform.Platform;
import io.mman.proc.Maps;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;

/**
 * Where a mapping goes: anywhere, or into address space that is reserved for it first, because it
 * shall be aligned, guarded, or have room to grow.
 *
 * @param alignment of the first page's address, in bytes; a power of two
 * @param wanted the alignment that was asked for
 * @param guard bytes on either side that nothing can access
 * @param rounding what the pages are rounded up to, in bytes, so that all may be huge ones
 * @param huge whether transparent huge pages are wanted
 * @param isPlain whether anywhere will do
 */
record Placement(
    long alignment, long wanted, long guard, long rounding, boolean huge, boolean isPlain) {
  /** Address space that costs nothing. */
  private static final Set<MapFlag> RESERVED = reservedOn(Platform.current());

  private static final Placement ANYWHERE = new Placement(1, 1, 0, 1, false, true);

  /** Returns what a request wants. */
  static Placement of(MapRequest request, Backing backing) {
    if (!request.wantsPlace()) {
      return ANYWHERE;
    }
    long page = backing.page();
    long huge = request.hugePages ? HugePages.transparentBytes() : 1;
    return new Placement(
        Math.max(page, Math.max(request.alignment, huge)),
        request.alignment,
        request.guardPages ? Mman.pageSize() : 0,
        backing.kind().isAnonymous() ? Math.max(page, huge) : page,
        request.hugePages,
        false);
  }

  /**
   * Returns what the first page's address shall be modulo the alignment. A huge page of a file lies
   * in memory as it lies in the file, if that goes together with the alignment asked for.
   */
  private long phase(Backing backing) {
    boolean congruent = !backing.kind().isAnonymous() && backing.offset() % wanted == 0;
    return congruent ? backing.offset() & (alignment - 1) : 0;
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
    // Without a reserve all of it is opened, so that the last pages can be huge too.
    long opened = used == capacity ? area.capacity() : backing.pages(used);
    boolean done = false;
    try {
      open(area.pages(0, opened), 0, backing, protection, fd);
      done = true;
      return area;
    } finally {
      if (!done && backing.isOpenedByProtection()) {
        area.unmap(); // nothing was mapped over it, which would take a look at /proc
      } else if (!done) {
        abandon(area, 0, opened);
      }
    }
  }

  private static Area anywhere(Backing backing, long used, Protection protection, int fd) {
    long bytes = backing.hugePage() == 0 ? used : backing.pages(used);
    long address =
        Calls.mmap(
            MemorySegment.NULL,
            bytes,
            protection,
            backing.flags(),
            fd,
            backing.offset(),
            backing.path());
    return new Area(address, backing.pages(used));
  }

  /** Reserves address space, and gives back what is left over on either side of it. */
  Area reserve(long capacity, Backing backing) {
    long bytes = room(capacity, backing) + 2 * guard;
    long slack = alignment > Mman.pageSize() ? alignment : 0;
    PageRange.requireSize("size with alignment", bytes + slack);
    Set<MapFlag> flags = reserveFlags(backing);
    long base = Calls.mmap(MemorySegment.NULL, bytes + slack, Protection.NONE, flags, -1, 0, null);
    long before = (phase(backing) - base - guard) & (alignment - 1);
    Area area =
        new Area(base, bytes + slack, before + guard, slack - before + guard)
            .trimBefore(guard)
            .trimBehind(guard);
    try {
      adviseReserve(area.pages(0, area.capacity()), backing);
    } catch (RuntimeException | Error e) {
      area.unmap();
      throw e;
    }
    return area;
  }

  /** FreeBSD lacks NORESERVE; it counts pages that may be written, and these may not. */
  static Set<MapFlag> reservedOn(Platform platform) {
    Set<MapFlag> flags = EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS);
    if (MapFlag.NORESERVE.numbers().isOn(platform)) {
      flags.add(MapFlag.NORESERVE);
    }
    return flags;
  }

  private static Set<MapFlag> reserveFlags(Backing backing) {
    return backing.isOpenedByProtection() ? backing.reserveFlags() : RESERVED;
  }

  /** Gives advice to pages that keep it when they are opened. */
  private void adviseReserve(MemorySegment pages, Backing backing) {
    if (huge && backing.isOpenedByProtection()) {
      wantHugePages(pages);
    }
  }

  /**
   * Makes reserved pages usable.
   *
   * @param pages whole pages
   * @param offset of the first of them from the first page of the region
   */
  void open(MemorySegment pages, long offset, Backing backing, Protection protection, int fd) {
    if (pages.byteSize() == 0) {
      return;
    }
    if (backing.isOpenedByProtection()) {
      Calls.mprotect(pages, protection, null);
      return;
    }
    Set<MapFlag> flags = EnumSet.copyOf(backing.flags());
    flags.add(MapFlag.FIXED); // over address space that is reserved for these pages
    flags.remove(MapFlag.LOCKED); // pages that are added are not
    long start = backing.kind().isAnonymous() ? 0 : backing.offset() + offset;
    Calls.mmap(pages, pages.byteSize(), protection, flags, fd, start, backing.path());
    if (huge) {
      try {
        wantHugePages(pages);
      } catch (RuntimeException | Error e) {
        giveBackAfter(e, pages, backing);
        throw e;
      }
    }
  }

  private void giveBackAfter(Throwable failure, MemorySegment pages, Backing backing) {
    try {
      giveBack(pages, backing);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Asks for transparent huge pages; a system that has none is no failure. */
  private static void wantHugePages(MemorySegment pages) {
    try {
      Calls.madvise(pages, Advice.HUGEPAGE, null);
    } catch (MmanException e) {
      if (e.error() != Errno.EINVAL) {
        throw e;
      }
    }
  }

  /** Takes pages back into the reserve: what they held is gone, their addresses are not. */
  void giveBack(MemorySegment pages, Backing backing) {
    Set<MapFlag> flags = EnumSet.copyOf(reserveFlags(backing));
    flags.add(MapFlag.FIXED);
    Calls.mmap(pages, pages.byteSize(), Protection.NONE, flags, -1, 0, null);
    adviseReserve(pages, backing);
  }

  /**
   * Unmaps what was reserved in vain. A MAP_FIXED that fails may leave a hole on some kernels, and
   * another thread's mapping may be in it by now: then only what lies around it is unmapped.
   *
   * @param from where the pages begin that something was to be mapped over, in bytes
   * @param to where they end
   */
  static void abandon(Area area, long from, long to) {
    if (isReserved(area.pages(from, to - from))) {
      area.unmap();
    } else {
      area.before(from).unmapIfPossible();
      area.from(to).unmapIfPossible();
    }
  }

  /** Tells whether all of some pages are still in reserve, as far as {@code /proc} tells. */
  static boolean isReserved(MemorySegment pages) {
    return isMapped(pages, true);
  }

  /** Tells whether all of some pages are mapped, as far as {@code /proc} tells. */
  static boolean isMapped(MemorySegment pages) {
    return isMapped(pages, false);
  }

  /** Without lambdas: the JVM may have no memory left to make a class of one. */
  private static boolean isMapped(MemorySegment pages, boolean inReserve) {
    long next = pages.address();
    try {
      for (Maps.Area part : Maps.overlapping(next, pages.byteSize())) {
        boolean isFree = part.inode() == 0 && part.rights().startsWith("---");
        if (part.start() > next || (inReserve && !isFree)) {
          return false;
        }
        next = part.end();
      }
    } catch (UncheckedIOException e) {
      return false; // not known
    }
    return next >= pages.address() + pages.byteSize();
  }
}
