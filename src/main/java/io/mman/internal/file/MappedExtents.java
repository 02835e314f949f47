package io.mman.internal.file;

import org.jspecify.annotations.Nullable;

/**
 * The parts of a file that live regions map. The file must not be truncated under them. A region
 * adds an extent, or moves the end of its extent forward, while it holds the length lock of the
 * file. It may move the end back, or remove the extent, at any time after the pages are unmapped.
 */
public final class MappedExtents {
  /** The part that one region maps. It is an element of a linked list. */
  public final class Extent {
    private long end;
    private @Nullable Extent before;
    private @Nullable Extent next;
    private boolean live = true;

    private Extent(long end) {
      this.end = end;
    }

    /** Adds an extent inside this one or next to it, for a region that is split off. */
    public Extent beside(long otherEnd) {
      return add(otherEnd);
    }

    /** Moves the end, because the size of the region changes. */
    public void move(long newEnd) {
      MappedExtents.this.move(this, newEnd);
    }

    /** Removes the extent, because the region is unmapped. A second call has no effect. */
    public void remove() {
      MappedExtents.this.remove(this);
    }
  }

  private @Nullable Extent first;

  /** An upper bound of all ends, so that the list is not searched for a file that only grows. */
  private long highest;

  /**
   * Adds an extent.
   *
   * @param end the first byte of the file after the extent
   */
  public synchronized Extent add(long end) {
    Extent extent = new Extent(end);
    extent.next = first;
    if (first != null) {
      first.before = extent;
    }
    first = extent;
    highest = Math.max(highest, end);
    return extent;
  }

  private synchronized void move(Extent extent, long end) {
    extent.end = end;
    if (extent.live) {
      highest = Math.max(highest, end);
    }
  }

  private synchronized void remove(Extent extent) {
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
   * Returns the length of the file that live regions need, if it is greater than the given length;
   * otherwise a number that is not greater.
   */
  public synchronized long covered(long length) {
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
