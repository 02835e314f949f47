package io.mman.internal.region;

import io.mman.Advice;
import io.mman.Errno;
import io.mman.MapFlag;
import io.mman.MmanException;
import io.mman.Protection;
import io.mman.internal.call.SystemCalls;
import io.mman.internal.error.HugePages;
import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.proc.Maps;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;

/**
 * Where a mapping goes: anywhere, or into address space that is reserved for it first, because it
 * is to be aligned, guarded, or given room to grow. {@link AddressRange} draws the result.
 *
 * @param alignment the alignment of the first page's address in bytes, a power of two
 * @param requested the alignment that the user has requested
 * @param guard inaccessible bytes on either side
 * @param rounding the size that the pages are rounded up to, so that all of them may be huge pages
 * @param huge whether transparent huge pages are requested
 * @param isPlain whether the kernel may choose any address
 */
record Placement(
    long alignment, long requested, long guard, long rounding, boolean huge, boolean isPlain) {
  /** The flags for address space that is only reserved, which takes no memory. */
  private static final Set<MapFlag> RESERVED = reservedFlags(MapFlag.NORESERVE.isSupported());

  private static final Placement ANYWHERE = new Placement(1, 1, 0, 1, false, true);

  /** Returns the placement that a request needs. */
  static Placement of(MapRequest request, Backing backing) {
    if (!request.wantsPlace()) {
      return ANYWHERE;
    }
    long page = backing.page();
    long huge = request.hugePages ? HugePages.transparentBytes() : 1;
    return new Placement(
        Math.max(page, Math.max(request.alignment, huge)),
        request.alignment,
        request.guardPages ? ProcessCalls.pageSize() : 0,
        backing.kind().isAnonymous() ? Math.max(page, huge) : page,
        request.hugePages,
        false);
  }

  /**
   * Returns the first page's address modulo the alignment. Address and file offset of a huge page
   * agree modulo its size, unless the requested alignment rules that out.
   */
  private long phase(Backing backing) {
    boolean congruent = !backing.kind().isAnonymous() && backing.offset() % requested == 0;
    return congruent ? backing.offset() & (alignment - 1) : 0;
  }

  /** Returns the size of the pages that hold a number of bytes. */
  long room(long bytes, Backing backing) {
    return PageRange.ceil(bytes, Math.max(rounding, backing.page()));
  }

  /**
   * Maps pages.
   *
   * @param used bytes in use from the start of the first page on
   * @param capacity bytes to reserve; those not in use cannot be accessed
   */
  AddressRange map(Backing backing, long used, long capacity, Protection protection, int fd) {
    if (capacity == 0) {
      return AddressRange.EMPTY;
    }
    if (isPlain) {
      return anywhere(backing, used, protection, fd);
    }
    if (backing.mirrored()) {
      return Mirror.map(this, backing, used, protection, fd);
    }
    AddressRange range = reserve(capacity, backing);
    // Without a reserve the whole range is opened, so that its last pages can be huge too.
    long opened = used == capacity ? range.capacity() : backing.pages(used);
    boolean done = false;
    try {
      open(range.pages(0, opened), 0, backing, protection, fd);
      done = true;
      return range;
    } finally {
      if (!done && backing.isOpenedByProtection()) {
        range.unmap(); // nothing was mapped over it, so there is no need to look at /proc
      } else if (!done) {
        abandon(range, 0, opened);
      }
    }
  }

  private static AddressRange anywhere(Backing backing, long used, Protection protection, int fd) {
    long bytes = backing.hugePage() == 0 ? used : backing.pages(used);
    long address =
        SystemCalls.mmap(
            MemorySegment.NULL,
            bytes,
            protection,
            backing.flags(),
            fd,
            backing.offset(),
            backing.path());
    return new AddressRange(address, backing.pages(used));
  }

  /** Reserves address space, and unmaps what alignment leaves over on either side. */
  AddressRange reserve(long capacity, Backing backing) {
    long bytes = room(capacity, backing) + 2 * guard;
    long slack = alignment > ProcessCalls.pageSize() ? alignment : 0;
    PageRange.requireSize("size with alignment", bytes + slack);
    Set<MapFlag> flags = reserveFlags(backing);
    long base =
        SystemCalls.mmap(MemorySegment.NULL, bytes + slack, Protection.NONE, flags, -1, 0, null);
    long before = (phase(backing) - base - guard) & (alignment - 1);
    AddressRange range =
        new AddressRange(base, bytes + slack, before + guard, slack - before + guard)
            .trimBefore(guard)
            .trimAfter(guard);
    try {
      adviseReserve(range.pages(0, range.capacity()), backing);
    } catch (RuntimeException | Error e) {
      range.unmap();
      throw e;
    }
    return range;
  }

  /** FreeBSD and OpenBSD lack NORESERVE, and need none: they account for accessible pages only. */
  static Set<MapFlag> reservedFlags(boolean hasNoReserve) {
    Set<MapFlag> flags = EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS);
    if (hasNoReserve) {
      flags.add(MapFlag.NORESERVE);
    }
    return flags;
  }

  private static Set<MapFlag> reserveFlags(Backing backing) {
    return backing.isOpenedByProtection() ? backing.reserveFlags() : RESERVED;
  }

  /** Gives advice that pages in reserve keep when they are opened. */
  private void adviseReserve(MemorySegment pages, Backing backing) {
    if (huge && backing.isOpenedByProtection()) {
      requestHugePages(pages);
    }
  }

  /**
   * Makes reserved pages usable.
   *
   * @param pages whole pages
   * @param offset the offset of the pages from the region's first page
   */
  void open(MemorySegment pages, long offset, Backing backing, Protection protection, int fd) {
    if (pages.byteSize() == 0) {
      return;
    }
    if (backing.isOpenedByProtection()) {
      SystemCalls.mprotect(pages, protection, null);
      return;
    }
    Set<MapFlag> flags = EnumSet.copyOf(backing.flags());
    flags.add(MapFlag.FIXED); // over address space reserved for these pages
    flags.remove(MapFlag.LOCKED); // added pages are not locked
    long start = backing.kind().isAnonymous() ? 0 : backing.offset() + offset;
    SystemCalls.mmap(pages, pages.byteSize(), protection, flags, fd, start, backing.path());
    if (huge) {
      try {
        requestHugePages(pages);
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

  /** Requests transparent huge pages. It is not a failure if the system has none. */
  private static void requestHugePages(MemorySegment pages) {
    try {
      SystemCalls.madvise(pages, Advice.HUGEPAGE, null, false);
    } catch (MmanException e) {
      if (e.error() != Errno.EINVAL) {
        throw e;
      }
    }
  }

  /** Returns pages to the reserve: their contents are lost, their addresses stay reserved. */
  void giveBack(MemorySegment pages, Backing backing) {
    Set<MapFlag> flags = EnumSet.copyOf(reserveFlags(backing));
    flags.add(MapFlag.FIXED);
    SystemCalls.mmap(pages, pages.byteSize(), Protection.NONE, flags, -1, 0, null);
    adviseReserve(pages, backing);
  }

  /**
   * Unmaps a reservation that is not used. On some kernels a MAP_FIXED that fails leaves a hole, in
   * which another thread's mapping may be by now. Only what surrounds it is unmapped then.
   *
   * @param from the offset of the pages over which something was to be mapped, in bytes
   * @param to the offset after them
   */
  static void abandon(AddressRange range, long from, long to) {
    if (isReserved(range.pages(from, to - from))) {
      range.unmap();
    } else {
      range.before(from).unmapIfPossible();
      range.from(to).unmapIfPossible();
    }
  }

  /** Returns whether all pages are still in reserve, according to {@code /proc}. */
  static boolean isReserved(MemorySegment pages) {
    return Maps.cover(pages.address(), pages.byteSize(), "---", true);
  }

  /** Returns whether all pages are mapped, according to {@code /proc}. */
  static boolean isMapped(MemorySegment pages) {
    return Maps.cover(pages.address(), pages.byteSize(), "", false);
  }
}
