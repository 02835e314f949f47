package io.mman;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of a range were in memory when it was asked. Immutable; since pages come and go all
 * the time, it is a picture of the past.
 */
public final class Residency {
  /** Pages for which one array of words stands: 128 MiB of 4 KiB pages. */
  static final int CHUNK_PAGES = 1 << 15;

  private final long page;

  /** Bytes of the first page before the first byte of the range. */
  private final long head;

  /** First byte of the range in the region. */
  private final long offset;

  private final long length;
  private final long residentPages;
  private final long residentBytes;

  /** One array a chunk, null where none of its pages is resident: holes cost next to nothing. */
  private final long[] @Nullable [] chunks;

  Residency(long page, long head, long offset, long length, long[] @Nullable [] chunks) {
    this.page = page;
    this.head = head;
    this.offset = offset;
    this.length = length;
    this.chunks = chunks;
    long count = 0;
    for (long @Nullable [] words : chunks) {
      count += words == null ? 0 : count(words);
    }
    this.residentPages = count;
    this.residentBytes = count * page - unasked();
  }

  private static long count(long[] words) {
    long count = 0;
    for (long word : words) {
      count += Long.bitCount(word);
    }
    return count;
  }

  /** Bytes of resident pages that lie before or behind the range. */
  private long unasked() {
    if (length == 0) {
      return 0;
    }
    long before = isPageResident(0) ? head : 0;
    long tail = pages() * page - (head + length);
    return before + (isPageResident(pages() - 1) ? tail : 0);
  }

  /**
   * Returns how many pages the range touches.
   *
   * @return the number of pages; 0 for an empty range
   */
  public long pages() {
    return length == 0 ? 0 : Math.ceilDiv(head + length, page);
  }

  /**
   * Returns how many of the pages were resident.
   *
   * @return a number of pages, at most {@link #pages}
   */
  public long residentPages() {
    return residentPages;
  }

  /**
   * Returns how many bytes of the range lie in resident pages.
   *
   * @return a number of bytes, at most the length of the range
   */
  public long residentBytes() {
    return residentBytes;
  }

  /**
   * Tells whether the page that holds a byte was resident.
   *
   * @param offset the byte, counted from the start of the region, inside the range asked for
   * @return true if it was in memory
   * @throws IndexOutOfBoundsException if the byte is not in the range
   */
  public boolean isResident(long offset) {
    if (offset < this.offset || offset - this.offset >= length) {
      throw new IndexOutOfBoundsException(
          "offset " + offset + " is not in [" + this.offset + ", " + (this.offset + length) + ")");
    }
    return isPageResident((head + offset - this.offset) / page);
  }

  private boolean isPageResident(long index) {
    long @Nullable [] words = chunks[(int) (index / CHUNK_PAGES)];
    int bit = (int) (index % CHUNK_PAGES);
    return words != null && (words[bit >> 6] >>> bit & 1) != 0;
  }

  /**
   * Returns the resident pages as the set bits of a new set; bit 0 is the page in which the range
   * begins.
   *
   * @return a new set
   * @throws UnsupportedOperationException if the range has more than {@link Integer#MAX_VALUE}
   *     pages
   */
  public BitSet toBitSet() {
    if (pages() > Integer.MAX_VALUE) {
      throw new UnsupportedOperationException("more pages than a BitSet has bits: " + pages());
    }
    BitSet set = new BitSet();
    for (int i = 0; i < chunks.length; i++) {
      if (chunks[i] != null) {
        BitSet chunk = BitSet.valueOf(chunks[i]);
        int first = i * CHUNK_PAGES;
        chunk.stream().forEach(bit -> set.set(first + bit));
      }
    }
    return set;
  }

  /**
   * Returns the figures in words.
   *
   * @return a description for people
   */
  @Override
  public String toString() {
    return "Residency[" + residentPages + " of " + pages() + " pages resident]";
  }
}
