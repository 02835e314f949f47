package io.mman.internal.region;

import io.mman.MmanException;
import io.mman.internal.call.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The address range of one region, in whole pages: what munmap(2) is given in the end.
 *
 * <pre>
 *   reserved address space
 *   |&lt;- guard -&gt;|&lt;------------------- capacity -------------------&gt;|&lt;- guard -&gt;|
 *               |&lt;- head -&gt;|&lt;------------ size ------------&gt;|&lt;- tail + reserve -&gt;|
 *               ^ first page   what segment() shows                ^ whole pages
 * </pre>
 *
 * <p>Most regions have neither guards nor a reserve. The head is the part of the first page before
 * the region's first byte. {@link RegionState} knows head and size, {@link RegionResources} the
 * reserve.
 *
 * @param address the first byte, a multiple of the page size
 * @param length bytes in total, including the guards; 0 if nothing is mapped
 * @param guardBefore inaccessible bytes before the first page
 * @param guardAfter inaccessible bytes after the last page
 */
record AddressRange(long address, long length, long guardBefore, long guardAfter) {
  static final AddressRange EMPTY = new AddressRange(0, 0);

  AddressRange(long address, long length) {
    this(address, length, 0, 0);
  }

  boolean isEmpty() {
    return length == 0;
  }

  /** Returns the address of the first page. */
  long start() {
    return address + guardBefore;
  }

  /** Returns the bytes between the guards. */
  long capacity() {
    return length - guardBefore - guardAfter;
  }

  /** Returns the address after the last page. */
  long end() {
    return start() + capacity();
  }

  /** Returns a part of the pages, as a segment that is never closed. */
  MemorySegment pages(long offset, long bytes) {
    return MemorySegment.ofAddress(start() + offset).reinterpret(bytes);
  }

  /** Returns the pages before an offset, with the guard before them. */
  AddressRange before(long offset) {
    return offset == 0 && guardBefore == 0
        ? EMPTY
        : new AddressRange(address, guardBefore + offset, guardBefore, 0);
  }

  /** Returns the pages from an offset on, with the guard after them. */
  AddressRange from(long offset) {
    long skipped = guardBefore + offset;
    return skipped == length
        ? EMPTY
        : new AddressRange(address + skipped, length - skipped, 0, guardAfter);
  }

  /** Returns the union of this range and the one that begins where it ends. */
  AddressRange and(AddressRange next) {
    if (isEmpty() || next.isEmpty()) {
      return isEmpty() ? next : this;
    }
    return new AddressRange(address, length + next.length, guardBefore, next.guardAfter);
  }

  /** Seals the range, including its guards. */
  void seal() {
    if (length > 0) {
      SystemCalls.mseal(whole());
    }
  }

  /** Returns the range with the pages from an offset on added to the guard after them. */
  AddressRange guardedFrom(long offset) {
    return new AddressRange(address, length, guardBefore, guardAfter + capacity() - offset);
  }

  /** Returns the range with the guard before the pages reduced to a size, if that is possible. */
  AddressRange trimBefore(long guard) {
    long surplus = guardBefore - guard;
    return new AddressRange(address, surplus).unmapIfPossible()
        ? new AddressRange(address + surplus, length - surplus, guard, guardAfter)
        : this;
  }

  /** Returns the range with the guard after the pages reduced to a size, if that is possible. */
  AddressRange trimAfter(long guard) {
    long surplus = guardAfter - guard;
    return new AddressRange(address + length - surplus, surplus).unmapIfPossible()
        ? new AddressRange(address, length - surplus, guardBefore, guard)
        : this;
  }

  /** Unmaps the guards, after the pages between them have moved away. */
  void unmapGuards() {
    new AddressRange(address, guardBefore).unmapIfPossible();
    new AddressRange(end(), guardAfter).unmapIfPossible();
  }

  /**
   * Unmaps address space that may as well stay reserved. At the limit {@code vm.max_map_count} it
   * must, because the kernel may have merged it with its neighbours.
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
   * Unmaps the range. Every segment over it must be closed before.
   *
   * @param file the mapped file, for exceptions and events
   */
  void unmap(@Nullable Path file) {
    if (length > 0) {
      SystemCalls.munmap(address, length, file);
    }
  }

  /** Unmaps a range that was only reserved, or whose pages have moved elsewhere. */
  void unmap() {
    unmap(null);
  }

  private MemorySegment whole() {
    return MemorySegment.ofAddress(address).reinterpret(length);
  }
}
