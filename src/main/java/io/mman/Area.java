package io.mman;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The address space of one region, whole pages: what munmap(2) gets in the end. Its pages lie
 * between two guards, which are empty for most; a region with a reserve uses only the first of
 * them.
 *
 * @param address first byte, a multiple of the page size
 * @param length bytes in all; 0 where nothing is mapped
 * @param guardBefore bytes before the pages that nothing can access
 * @param guardBehind bytes behind the pages that nothing can access
 */
record Area(long address, long length, long guardBefore, long guardBehind) {
  static final Area EMPTY = new Area(0, 0);

  Area(long address, long length) {
    this(address, length, 0, 0);
  }

  boolean isEmpty() {
    return length == 0;
  }

  /** Returns the address of the first page. */
  long start() {
    return address + guardBefore;
  }

  /** Returns the bytes of the pages, those in reserve included. */
  long capacity() {
    return length - guardBefore - guardBehind;
  }

  /** Returns the address behind the last page. */
  long end() {
    return start() + capacity();
  }

  /** Returns a part of the pages, as a segment that nothing revokes. */
  MemorySegment pages(long offset, long bytes) {
    return MemorySegment.ofAddress(start() + offset).reinterpret(bytes);
  }

  /** Returns the pages before an offset, with the guard before them. */
  Area before(long offset) {
    return offset == 0 && guardBefore == 0
        ? EMPTY
        : new Area(address, guardBefore + offset, guardBefore, 0);
  }

  /** Returns the pages from an offset on, with the guard behind them. */
  Area from(long offset) {
    long skipped = guardBefore + offset;
    return skipped == length
        ? EMPTY
        : new Area(address + skipped, length - skipped, 0, guardBehind);
  }

  /** Returns this area and the one that begins where it ends. */
  Area and(Area next) {
    if (isEmpty() || next.isEmpty()) {
      return isEmpty() ? next : this;
    }
    return new Area(address, length + next.length, guardBefore, next.guardBehind);
  }

  /** Seals the area with its guards. */
  void seal() {
    if (length > 0) {
      Calls.mseal(MemorySegment.ofAddress(address).reinterpret(length));
    }
  }

  /** Returns the area with the pages from an offset on as part of the guard behind. */
  Area guardedFrom(long offset) {
    return new Area(address, length, guardBefore, guardBehind + capacity() - offset);
  }

  /** Leaves no more than so many bytes of the guard before the pages, if that can be. */
  Area trimBefore(long guard) {
    long surplus = guardBefore - guard;
    return new Area(address, surplus).unmapIfPossible()
        ? new Area(address + surplus, length - surplus, guard, guardBehind)
        : this;
  }

  /** Leaves no more than so many bytes of the guard behind the pages, if that can be. */
  Area trimBehind(long guard) {
    long surplus = guardBehind - guard;
    return new Area(address + length - surplus, surplus).unmapIfPossible()
        ? new Area(address, length - surplus, guardBefore, guard)
        : this;
  }

  /** Unmaps what is left where the pages have moved away. */
  void unmapGuards() {
    new Area(address, guardBefore).unmapIfPossible();
    new Area(end(), guardBehind).unmapIfPossible();
  }

  /**
   * Unmaps address space that nothing is lost with if that cannot be: at the limit {@code
   * vm.max_map_count}, since the kernel may have merged it with its neighbours.
   */
  boolean unmapIfPossible() {
    try {
      unmap();
      return true;
    } catch (MmanException e) {
      return false;
    }
  }

  /**
   * Ends the mapping of the area; every segment over it must be closed by then.
   *
   * @param file what was mapped, for exceptions and recordings
   */
  void unmap(@Nullable Path file) {
    if (length > 0) {
      Calls.munmap(MemorySegment.ofAddress(address).reinterpret(length), file);
    }
  }

  /** Gives back address space that was only reserved, or whose pages are another area's now. */
  void unmap() {
    unmap(null);
  }
}
