package io.mman.internal.signal;

/**
 * Which pages of a mapping are replaced: one bit a page. Parts of a mapping that was split share
 * its ledger, and each owns some of the bits, so that a split moves none.
 *
 * <pre>
 *   0 address of the bitmap, or 0   8 bytes of the bitmap   16 the bitmap, if it is small
 * </pre>
 *
 * <p>The first handler that replaces a page maps a larger bitmap, whose untouched pages take no
 * memory. Handlers only set bits, except those of pages that they could not replace.
 */
final class Ledger {
  private static final long BITMAP = 0;
  private static final long LENGTH = 8;
  private static final long SMALL = 16;

  /** Of 896 pages, with which the block has 128 bytes. */
  private static final long SMALL_BYTES = 112;

  private final RangeTable table;
  private final long address;
  private final long bytes;
  private int parts = 1;

  /**
   * Creates a ledger for one part.
   *
   * @param pages the maximum number of pages
   */
  Ledger(RangeTable table, long pages) {
    this.table = table;
    bytes = Math.ceilDiv(pages, Long.SIZE) * Long.BYTES;
    address = table.allocate(blockBytes());
    boolean isSmall = bytes <= SMALL_BYTES;
    Memory.put(address + BITMAP, isSmall ? address + SMALL : 0);
    Memory.put(address + LENGTH, bytes);
    for (long i = 0; isSmall && i < bytes; i += Long.BYTES) {
      Memory.put(address + SMALL + i, 0);
    }
  }

  private long blockBytes() {
    return SMALL + (bytes <= SMALL_BYTES ? bytes : 0);
  }

  long address() {
    return address;
  }

  /** Adds a part that uses this ledger. */
  void share() {
    parts++;
  }

  /** Removes a part, on which no handler acts any more. The last one frees the memory. */
  void release() {
    parts--;
    if (parts == 0) {
      long bitmap = bitmap();
      if (bitmap != 0 && bytes > SMALL_BYTES) {
        Memory.unmap(bitmap, bytes);
      }
      table.free(address, blockBytes());
    }
  }

  /** Returns the address of the bitmap, or 0 if no page was ever replaced. */
  long bitmap() {
    return Memory.getVolatile(address + BITMAP);
  }

  /** Returns the first page of a range that is replaced, or the end of the range. */
  long nextLost(long from, long to) {
    return next(from, to, 0);
  }

  /** Returns the first page of a range that is not replaced, or the end of the range. */
  long nextIntact(long from, long to) {
    return next(from, to, -1);
  }

  private long next(long from, long to, long flip) {
    long bitmap = bitmap();
    if (bitmap == 0) {
      return flip == 0 ? to : from;
    }
    long bit = from;
    while (bit < to) {
      long word = (word(bitmap, bit) ^ flip) >>> bit; // a shift by the lowest six bits
      if (word != 0) {
        return Math.min(to, bit + Long.numberOfTrailingZeros(word));
      }
      bit = (bit | (Long.SIZE - 1)) + 1;
    }
    return to;
  }

  /** Returns the number of replaced pages in a range. */
  long count(long from, long to) {
    long count = 0;
    long bit = nextLost(from, to);
    while (bit < to) {
      long end = nextIntact(bit, to);
      count += end - bit;
      bit = nextLost(end, to);
    }
    return count;
  }

  private static long word(long bitmap, long bit) {
    return Memory.getVolatile(bitmap + (bit >>> 6 << 3));
  }
}
