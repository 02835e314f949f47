package io.mman.internal.region;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** The answer of a {@link ResidencyQuery}. {@link io.mman.Residency} is its public face. */
public final class ResidencySnapshot {
  /** The pages that one array of words describes: 128 MiB of 4 KiB pages. */
  static final int CHUNK_PAGES = 1 << 15;

  private final long page;

  /** Bytes of the first page before the first byte of the range. */
  private final long head;

  /** First byte of the range in the region. */
  private final long offset;

  private final long length;
  private final long residentPages;
  private final long residentBytes;

  /** One array per chunk, or null if none of its pages is resident, so that holes cost little. */
  private final long[] @Nullable [] chunks;

  ResidencySnapshot(long page, long head, long offset, long length, long[] @Nullable [] chunks) {
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
    this.residentBytes = count * page - residentOutside();
  }

  private static long count(long[] words) {
    long count = 0;
    for (long word : words) {
      count += Long.bitCount(word);
    }
    return count;
  }

  /** Returns the bytes of resident pages that lie before or after the range. */
  private long residentOutside() {
    if (length == 0) {
      return 0;
    }
    long before = isPageResident(0) ? head : 0;
    long tail = pages() * page - (head + length);
    return before + (isPageResident(pages() - 1) ? tail : 0);
  }

  public long pages() {
    return length == 0 ? 0 : Math.ceilDiv(head + length, page);
  }

  public long residentPages() {
    return residentPages;
  }

  public long residentBytes() {
    return residentBytes;
  }

  /** Returns whether the page that holds a byte of the region was resident. */
  public boolean isResident(long index) {
    if (index < offset || index - offset >= length) {
      throw new IndexOutOfBoundsException(
          "offset " + index + " is not in [" + offset + ", " + (offset + length) + ")");
    }
    return isPageResident((head + index - offset) / page);
  }

  private boolean isPageResident(long index) {
    long @Nullable [] words = chunks[(int) (index / CHUNK_PAGES)];
    int bit = (int) (index % CHUNK_PAGES);
    return words != null && (words[bit >> 6] >>> bit & 1) != 0;
  }

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

  @Override
  public String toString() {
    return "Residency[" + residentPages + " of " + pages() + " pages resident]";
  }
}
