package io.mman.internal.region;

/**
 * A range of bytes, widened or narrowed to whole pages. Widening rounds the start only, because the
 * kernel rounds lengths up by itself.
 *
 * @param offset the first byte, a multiple of the page size
 * @param length bytes; 0 if no page remains
 */
public record PageRange(long offset, long length) {
  /**
   * The largest size that is accepted. Rounding it up to pages, even to those of 16 GiB, does not
   * overflow.
   */
  public static final long MAX_BYTES = Long.MAX_VALUE - (64L << 30);

  /** Returns the last page boundary at or below a value. */
  static long floor(long value, long page) {
    return value & -page;
  }

  /** Returns the first page boundary at or above a value of at most {@link #MAX_BYTES}. */
  static long ceil(long value, long page) {
    return (value + page - 1) & -page;
  }

  /** Widens a range to the start of its first page. */
  static PageRange covering(long offset, long length, long page) {
    if (length == 0) {
      return new PageRange(floor(offset, page), 0);
    }
    long start = floor(offset, page);
    return new PageRange(start, offset + length - start);
  }

  /**
   * Narrows a range to the pages that lie completely inside it.
   *
   * @param endIsWhole whether the page in which the range ends counts as lying inside it
   */
  static PageRange inside(long offset, long length, long page, boolean endIsWhole) {
    long start = ceil(offset, page);
    long end = endIsWhole ? offset + length : floor(offset + length, page);
    return new PageRange(start, Math.max(0, end - start));
  }

  /**
   * Returns a size or offset, unless it is negative or too large.
   *
   * @throws IllegalArgumentException if it is negative, or if rounding it up to pages could
   *     overflow
   */
  public static long requireSize(String name, long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException(name + " is negative: " + bytes);
    }
    if (bytes > MAX_BYTES) {
      throw new IllegalArgumentException(name + " is too large: " + bytes);
    }
    return bytes;
  }
}
