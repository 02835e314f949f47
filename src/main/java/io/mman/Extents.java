package io.mman;

import org.jspecify.annotations.Nullable;

/**
 * Which bytes of a file live regions cover, so that the file is not cut under them. A region adds
 * its extent, or moves its end forward, while it holds the file's length lock for reading; it may
 * move the end back and remove the extent at any time, once the pages are unmapped.
 */
final class Extents {
  /** What one region covers, in a list of all that are live. */
  final class Extent {
    private long end;
    private @Nullable Extent before;
    private @Nullable Extent next;
    private boolean live = true;

    private Extent(long end) {
      this.end = end;
    }

    /** Adds an extent that lies in this one, or touches it. */
    Extent beside(long otherEnd) {
      return add(otherEnd);
    }

    /** The region ends elsewhere now. */
    void move(long newEnd) {
      Extents.this.move(this, newEnd);
    }

    /** The region is gone; a second time does nothing. */
    void remove() {
      Extents.this.remove(this);
    }
  }

  private @Nullable Extent first;

  /** No live extent reaches beyond; spares a file that only grows a look at every region. */
  private long highest;

  /** Adds an extent that ends before this byte of the file. */
  synchronized Extent add(long end) {
    Extent extent = new Extent(end);
    extent.next = first;
    if (first != null) {
      first.before = extent;
    }
    first = extent;
    highest = Math.max(highest, end);
    return extent;
  }

  /** Moves the end of an extent: its region has grown or shrunk. */
  synchronized void move(Extent extent, long end) {
    extent.end = end;
    if (extent.live) {
      highest = Math.max(highest, end);
    }
  }

  /** Removes an extent; a second time does nothing. */
  synchronized void remove(Extent extent) {
    if (!extent.live) {
      return;
    }
    extent.live = false;
    if (extent.next != null) {
      extent.next.before = extent.before;
    }
    if (extent.before != null) {
      extent.before.next = extent.next;
    } else {
      first = extent.next;
    }
  }

  /**
   * Tells what stands against cutting the file to a length.
   *
   * @return the length that live regions cover, if it is more than {@code length}; otherwise some
   *     number that is not
   */
  synchronized long covered(long length) {
    if (length < highest) {
      long exact = 0;
      for (Extent extent = first; extent != null; extent = extent.next) {
        exact = Math.max(exact, extent.end);
      }
      highest = exact;
    }
    return highest;
  }
}
