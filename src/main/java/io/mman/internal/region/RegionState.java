package io.mman.internal.region;

import io.mman.Protection;
import io.mman.internal.libc.Slices;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a change of a region may replace. A change replaces the state as a whole, so that
 * a reader without a lock sees either the old state or the new one. {@link AddressRange} draws
 * head, size and pages.
 *
 * @param epoch the arena whose closing revokes every view; null if the region borrows its lifetime
 * @param pages whole pages, including those in reserve. The segment is never handed out; system
 *     calls are given parts of it, whatever access the views allow
 * @param head bytes of the first page before the region's first byte
 * @param size bytes of the region
 * @param protection the protection of the pages
 * @param view what users get, or null if the pages may not be read
 * @param isOpen false once the region is closed or joined to another
 */
record RegionState(
    @Nullable Arena epoch,
    MemorySegment pages,
    long head,
    long size,
    Protection protection,
    @Nullable MemorySegment view,
    boolean isOpen) {

  /** A length that no user can pass. It stands for the size of the region. */
  static final long WHOLE = Long.MIN_VALUE;

  /** Returns a state whose view allows exactly what the protection allows. */
  static RegionState of(
      @Nullable Arena epoch, MemorySegment pages, long head, long size, Protection protection) {
    MemorySegment view = null;
    if (protection.canRead()) {
      boolean isWhole = size == pages.byteSize();
      view = isWhole ? pages : pages.asSlice(size == 0 ? 0 : head, size);
      view = protection.canWrite() ? view : view.asReadOnly();
    }
    return new RegionState(epoch, pages, head, size, protection, view, true);
  }

  /** Returns the state of a mapping made elsewhere, which is its own view. */
  static RegionState of(MemorySegment mapped) {
    if (!mapped.isNative()) {
      throw new IllegalArgumentException("a segment on the Java heap is not mapped");
    }
    Protection protection = mapped.isReadOnly() ? Protection.READ : Protection.READ_WRITE;
    return new RegionState(null, mapped, 0, mapped.byteSize(), protection, mapped, true);
  }

  /** Returns the bytes in use from the start of the first page on. */
  static long used(long head, long size) {
    return size == 0 ? 0 : head + size;
  }

  /** Returns this state elsewhere, with another size, or in another epoch. */
  RegionState in(@Nullable Arena epoch, MemorySegment pages, long head, long size) {
    RegionState next = of(epoch, pages, head, size, protection);
    return view == null ? next.withoutView() : next;
  }

  /** Returns this state with another protection, and with the view that goes with it. */
  RegionState with(Protection other) {
    return of(epoch, pages, head, size, other);
  }

  /** Returns this state after the end of the region: size and protection still answer. */
  RegionState closed() {
    return new RegionState(epoch, pages, head, size, protection, view, false);
  }

  /**
   * Returns this state without a view until the protection changes, for pages of which some have
   * lost a right that could not be restored.
   */
  RegionState withoutView() {
    return new RegionState(epoch, pages, head, size, protection, null, isOpen);
  }

  boolean isAlive() {
    return isOpen && pages.scope().isAlive();
  }

  /** Returns whether the region is open; a change closes one epoch before it starts the next. */
  boolean isRegionAlive() {
    return isOpen && (epoch != null || isAlive());
  }

  /** Closes the epoch, if there is one, which revokes every view; or throws and changes nothing. */
  void closeEpoch() {
    if (epoch == null || !isAlive()) {
      return; // not alive: an Error has ended an earlier change between closing and publishing
    }
    try {
      epoch.close();
    } catch (RuntimeException e) {
      if (isAlive()) {
        throw e instanceof IllegalStateException
            ? new IllegalStateException("native code holds a view of the region", e)
            : e;
      }
      // The epoch is closed: what failed is a clean-up that a user has tied to the scope of a view.
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    }
  }

  /**
   * Returns this state, if the current thread may use it.
   *
   * @throws IllegalStateException if the region is closed, by itself or with its arena
   * @throws WrongThreadException if it is confined to another thread
   */
  RegionState usable() {
    if (!isAlive()) {
      throw closedException();
    }
    requireThread();
    return this;
  }

  /**
   * Refuses other threads than the one that an open region is confined to, even between two epochs.
   *
   * @throws WrongThreadException if it is confined to another thread
   */
  void requireThread() {
    if (isOpen && !pages.isAccessibleBy(Thread.currentThread())) {
      throw new WrongThreadException("the region is confined to another thread");
    }
  }

  /** Returns a description for messages. */
  String describe(Backing backing) {
    return "MappedRegion["
        + size
        + " bytes, "
        + protection
        + ", "
        + backing.describe()
        + (isRegionAlive() ? "]" : ", closed]");
  }

  static IllegalStateException closedException() {
    return new IllegalStateException("the region is closed");
  }

  /** Returns the view, or a closed one of the same size if the pages may not be read. */
  MemorySegment viewOrClosed() {
    return view != null ? view : closedView(size);
  }

  private static MemorySegment closedView(long size) {
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

  /** Returns the bytes in use from the start of the first page on. */
  long usedBytes() {
    return used(head, size);
  }

  /** Returns the pages in use, to the last byte in use. */
  MemorySegment used() {
    return pages.asSlice(0, usedBytes());
  }

  /**
   * Returns the pages that hold a range of the region, to the range's last byte.
   *
   * @throws IndexOutOfBoundsException if the range is not inside the region
   */
  MemorySegment covering(long offset, long length, long page) {
    long bytes = checkRange(offset, length);
    PageRange touched = PageRange.covering(pages.address() + head + offset, bytes, page);
    return Slices.of(pages, touched.offset() - pages.address(), touched.length());
  }

  /**
   * Returns where the page begins that holds a byte of the region, relative to {@link #pages}. It
   * is negative if the region wraps a segment that begins inside a page.
   */
  long startOfPage(long offset, long page) {
    return head + offset - ((pages.address() + head + offset) & (page - 1));
  }

  /** Returns the bytes from the start of a page to the end of a range of the region. */
  long bytesFrom(long start, long offset, long length) {
    return length == 0 ? 0 : head + offset + length - start;
  }

  /**
   * Returns the pages that lie completely inside a range of the region, so that discarding them
   * costs no neighbour a byte.
   *
   * @param endIsWhole whether the page in which the region ends counts as lying inside it
   * @throws IndexOutOfBoundsException if the range is not inside the region
   */
  MemorySegment inside(long offset, long length, long page, boolean endIsWhole) {
    long bytes = checkRange(offset, length);
    long address = pages.address() + head + offset;
    PageRange whole = PageRange.inside(address, bytes, page, endIsWhole && offset + bytes == size);
    return Slices.of(pages, whole.offset() - pages.address(), whole.length());
  }

  /** Returns the size of a range of the region, unless the range is outside. */
  private long checkRange(long offset, long length) {
    long bytes = length == WHOLE ? size : length;
    Objects.checkFromIndexSize(offset, bytes, size);
    return bytes;
  }
}
