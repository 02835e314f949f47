package io.mman.change;

import io.mman.internal.change.PageSet;

/**
 * Pages of a region, as ranges of bytes: in ascending order, none twice, and neighbouring pages in
 * one range. An object is immutable, and remains valid when the region is changed or closed.
 *
 * <p>A range begins and ends at the border of a page, except where the region itself begins or ends
 * inside a page: only the bytes inside the region belong to the range.
 *
 * <p>However many pages an object stands for, it takes at most 33 MiB of heap for each terabyte of
 * the region, with pages of 4 KiB; usually it takes much less.
 */
public final class PageRanges {
  private final PageSet pages;

  PageRanges(PageSet pages) {
    this.pages = pages;
  }

  /**
   * Returns whether there is no page.
   *
   * @return true if there is no range
   */
  public boolean isEmpty() {
    return pages.isEmpty();
  }

  /**
   * Returns the size of all ranges together.
   *
   * @return a number of bytes
   */
  public long bytes() {
    return pages.bytes();
  }

  /**
   * Returns how many ranges there are. This is not the number of pages: pages without a gap between
   * them are one range.
   *
   * @return how often {@link #forEach} calls its consumer
   */
  public long count() {
    return pages.count();
  }

  /**
   * Passes each range to a consumer, in ascending order.
   *
   * @param consumer what to do with a range. If it throws, the method throws the same, and no more
   *     ranges are passed
   */
  public void forEach(RangeConsumer consumer) {
    pages.forEach(consumer::accept);
  }

  /**
   * Returns whether a byte is in one of the ranges.
   *
   * @param offset the offset of the byte in the region, in bytes
   * @return false also if the offset is negative or not inside the region
   */
  public boolean contains(long offset) {
    return pages.contains(offset);
  }

  /**
   * Returns a description.
   *
   * @return the number of ranges, and of bytes
   */
  @Override
  public String toString() {
    return pages.toString();
  }
}
