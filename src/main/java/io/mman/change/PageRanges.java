package io.mman.change;

import io.mman.internal.change.PageSet;

/**
 * A set of pages of a region, represented as ranges of bytes. The ranges are in ascending order and
 * do not overlap, and adjacent pages form one range. Instances are immutable, and remain valid
 * after the region is changed or closed.
 *
 * <p>Each range begins and ends at a page boundary, except where the region itself begins or ends
 * inside a page: there, the range contains only the bytes that belong to the region.
 *
 * <p>With pages of 4 KiB, an instance occupies at most 33 MiB of heap per tebibyte of the region,
 * no matter how many pages it contains, and usually much less.
 */
public final class PageRanges {
  private final PageSet pages;

  PageRanges(PageSet pages) {
    this.pages = pages;
  }

  /**
   * Returns whether this set contains no pages.
   *
   * @return true if there are no ranges
   */
  public boolean isEmpty() {
    return pages.isEmpty();
  }

  /**
   * Returns the total size of all ranges.
   *
   * @return the size in bytes
   */
  public long bytes() {
    return pages.bytes();
  }

  /**
   * Returns the number of ranges. This is not the number of pages, because adjacent pages form one
   * range.
   *
   * @return the number of times that {@link #forEach} calls its consumer
   */
  public long count() {
    return pages.count();
  }

  /**
   * Passes each range to a consumer, in ascending order.
   *
   * <p>An exception that the consumer throws is passed on to the caller, and the remaining ranges
   * are skipped.
   *
   * @param consumer the consumer
   */
  public void forEach(RangeConsumer consumer) {
    pages.forEach(consumer::accept);
  }

  /**
   * Returns whether one of the ranges contains a byte.
   *
   * @param offset the offset of the byte in the region, in bytes; any value is permitted
   * @return true if a range contains the byte; false if none does, or if the offset is outside the
   *     region
   */
  public boolean contains(long offset) {
    return pages.contains(offset);
  }

  /**
   * Returns a description of this set.
   *
   * @return a string with the number of ranges and the number of bytes
   */
  @Override
  public String toString() {
    return pages.toString();
  }
}
