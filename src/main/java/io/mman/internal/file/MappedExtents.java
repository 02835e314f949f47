package io.mman.internal.file;

import org.jspecify.annotations.Nullable;

/**
 * The parts of a file that live regions cover, so that the file is not truncated under them. A
 * region adds its extent, or moves its end forward, while it holds the file's length lock. It may
 * move the end back or remove the extent at any time after its pages are unmapped.
 */
public final class MappedExtents {
  /** The part that one region covers, an element of a linked list. */
  public final class Extent {
    private long end;
    private @Nullable Extent before;
    private @Nullable Extent next;
    private boolean live = true;

    private Extent(long end) {
      this.end = end;
    }

    /** Adds an extent inside this one or next to it, for a region split off this one's. */
    public Extent beside(long otherEnd) {
      return add(otherEnd);
    }

    /** Moves the end, because the region has another size. */
    public void move(long newEnd) {
      MappedExtents.this.move(this, newEnd);
    }

    /** Removes the extent, because the region is unmapped. A second call does nothing. */
    public void remove() {
      MappedExtents.this.remove(this);
    }
  }

  private @Nullable Extent first;

  /** An upper bound of all ends, so that a file that only grows never walks the list. */
  private long highest;

  /**
   * Adds an extent.
   *
   * @param end the first byte of the file after it
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
   * Returns the length that live regions cover, if it is more than the given one; otherwise any
   * number that is not more.
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
