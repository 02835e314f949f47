package io.mman;

/**
 * A range of bytes widened or narrowed to whole pages. Only the start is rounded when widening: the
 * kernel rounds lengths up by itself.
 *
 * @param offset first byte, a multiple of the page size
 * @param length bytes; 0 where nothing is left
 */
record PageRange(long offset, long length) {
  /**
   * More bytes than this are refused as a size: no page rounding, of 16 GiB pages even, overflows
   * below it.
   */
  static final long MAX_BYTES = Long.MAX_VALUE - (64L << 30);

  /** Returns the first page boundary at or below a value. */
  static long floor(long value, long page) {
    return value & -page;
  }

  /** Returns the first page boundary at or above a value of at most {@link #MAX_BYTES}. */
  static long ceil(long value, long page) {
    return (value + page - 1) & -page;
  }

  /** Widens a range outward to the start of its first page. */
  static PageRange covering(long offset, long length, long page) {
    if (length == 0) {
      return new PageRange(floor(offset, page), 0);
    }
    long start = floor(offset, page);
    return new PageRange(start, offset + length - start);
  }

  /**
   * Narrows a range inward to the pages that lie in it completely.
   *
   * @param endIsWhole whether the page in which the range ends counts as lying in it
   */
  static PageRange inside(long offset, long length, long page, boolean endIsWhole) {
    long start = ceil(offset, page);
    long end = endIsWhole ? offset + length : floor(offset + length, page);
    return new PageRange(start, Math.max(0, end - start));
  }

  /** Refuses a size that is negative or so large that rounding it would overflow. */
  static long requireSize(String name, long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException(name + " is negative: " + bytes);
    }
    if (bytes > MAX_BYTES) {
      throw new IllegalArgumentException(name + " is too large: " + bytes);
    }
    return bytes;
  }
}
