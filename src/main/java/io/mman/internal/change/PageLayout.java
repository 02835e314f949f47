package io.mman.internal.change;

/**
 * Where the pages of a region begin, as offsets in the region. Page 0 is the one with its first
 * byte; of the first page and the last, parts may lie outside of the region.
 *
 * @param page the size of a page in bytes, a power of two
 * @param head the bytes of page 0 before the region
 * @param size the size of the region in bytes
 */
public record PageLayout(long page, long head, long size) {
  public PageLayout {
    if (Long.bitCount(page) != 1 || head < 0 || head >= page || size < 0) {
      throw new IllegalArgumentException("page " + page + ", head " + head + ", size " + size);
    }
  }

  boolean contains(long offset) {
    return offset >= 0 && offset < size;
  }

  long pageOf(long offset) {
    return (head + offset) >> Long.numberOfTrailingZeros(page);
  }

  /** Returns the number of pages that the region has a byte in. */
  public long pages() {
    return size == 0 ? 0 : pageOf(size - 1) + 1;
  }

  /** Returns the offset of a page's first byte in the region, or of the region's end after it. */
  long start(long index) {
    return Math.max(0, Math.min(index * page - head, size));
  }
}
