package io.mman.internal.change;

/**
 * Converts between the pages of a region and offsets in the region. Page 0 contains the first byte
 * of the region. The first and the last page may lie partly outside the region.
 *
 * @param page the size of a page in bytes, a power of two
 * @param head the number of bytes of page 0 that lie before the region
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

  /** Returns the number of pages that contain at least one byte of the region. */
  public long pages() {
    return size == 0 ? 0 : pageOf(size - 1) + 1;
  }

  /** Returns the offset at which a page begins, limited to the bounds of the region. */
  long start(long index) {
    return Math.max(0, Math.min(index * page - head, size));
  }
}
