package io.mman;

import io.mman.libc.Slices;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All that is true of a region between two changes. A change replaces it as a whole, so that a
 * reader without a lock sees either the old state or the new one.
 *
 * @param epoch closing it revokes every view; null where the lifetime is somebody else's
 * @param pages whole pages, those in reserve included; never handed out, so it is what system calls
 *     are given whatever the rights of the views
 * @param head bytes of the first page before the first byte of the region
 * @param size bytes in the region
 * @param protection rights of the pages
 * @param view what users get, or null where the pages may not be read
 * @param isOpen false once the region is closed or joined to another
 */
record State(
    @Nullable Arena epoch,
    MemorySegment pages,
    long head,
    long size,
    Protection protection,
    @Nullable MemorySegment view,
    boolean isOpen) {

  /** The state of a region whose views have exactly the rights of its pages. */
  static State of(
      @Nullable Arena epoch, MemorySegment pages, long head, long size, Protection protection) {
    MemorySegment view = null;
    if (protection.canRead()) {
      view = pages.asSlice(size == 0 ? 0 : head, size);
      view = protection.canWrite() ? view : view.asReadOnly();
    }
    return new State(epoch, pages, head, size, protection, view, true);
  }

  /** The same rights in another place, of another size, or in another epoch. */
  State in(@Nullable Arena epoch, MemorySegment pages, long head, long size) {
    State next = of(epoch, pages, head, size, protection);
    return view == null ? next.blind() : next;
  }

  /** The same, after the end: size and protection still answer. */
  State closed() {
    return new State(epoch, pages, head, size, protection, view, false);
  }

  /**
   * The same, without a view until the rights change: some of the pages have lost rights that could
   * not be restored.
   */
  State blind() {
    return new State(epoch, pages, head, size, protection, null, isOpen);
  }

  boolean isAlive() {
    return isOpen && pages.scope().isAlive();
  }

  /**
   * Passes a state that the running thread may use.
   *
   * @throws IllegalStateException if the region is closed, by itself or with its arena
   * @throws WrongThreadException if it belongs to another thread
   */
  State usable() {
    if (!isAlive()) {
      throw new IllegalStateException("the region is closed");
    }
    if (!pages.isAccessibleBy(Thread.currentThread())) {
      throw new WrongThreadException("the region is confined to another thread");
    }
    return this;
  }

  /** Returns a view of some size that was never open. */
  static MemorySegment closedView(long size) {
    try (Arena arena = Arena.ofConfined()) {
      return MemorySegment.NULL.reinterpret(size, arena, null);
    }
  }

  /**
   * Returns a range of the region.
   *
   * @throws IndexOutOfBoundsException if it is not inside the region
   */
  MemorySegment bytes(long offset, long length) {
    Objects.checkFromIndexSize(offset, length, size);
    return length == 0 ? pages.asSlice(0, 0) : pages.asSlice(head + offset, length);
  }

  /** Returns the pages in use, from the first byte of the first one to the last byte in use. */
  MemorySegment used() {
    return pages.asSlice(0, size == 0 ? 0 : head + size);
  }

  /**
   * Returns the pages that hold a range of the region, to the range's last byte.
   *
   * @throws IndexOutOfBoundsException if the range is not inside the region
   */
  MemorySegment covering(long offset, long length, long page) {
    Objects.checkFromIndexSize(offset, length, size);
    PageRange touched = PageRange.covering(pages.address() + head + offset, length, page);
    return Slices.of(pages, touched.offset() - pages.address(), touched.length());
  }

  /**
   * Returns where the page begins that holds a byte of the region, counted from the first of the
   * pages; before it where the region looks at a segment that begins inside a page.
   */
  long startOfPage(long offset, long page) {
    return head + offset - ((pages.address() + head + offset) & (page - 1));
  }

  /** Returns the bytes from the start of a page to the end of a range of the region. */
  long bytesFrom(long start, long offset, long length) {
    return length == 0 ? 0 : head + offset + length - start;
  }

  /**
   * Returns the pages that lie in a range of the region completely, so that to discard them costs
   * no neighbour a byte.
   *
   * @param endIsWhole whether the page in which the region ends counts as lying in it
   * @throws IndexOutOfBoundsException if the range is not inside the region
   */
  MemorySegment inside(long offset, long length, long page, boolean endIsWhole) {
    Objects.checkFromIndexSize(offset, length, size);
    long address = pages.address() + head + offset;
    PageRange whole =
        PageRange.inside(address, length, page, endIsWhole && offset + length == size);
    return Slices.of(pages, whole.offset() - pages.address(), whole.length());
  }
}
