package io.mman.internal.change;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A set of pages within a chunk of 65,536 consecutive pages. It is stored as a list of runs or, if
 * that is smaller, as a bitmap. Runs that are added in ascending order are appended to the list. If
 * a run is added in any other order, the list becomes a bitmap until {@link #compact} is called.
 */
final class PageChunk {
  static final int SHIFT = 16;
  static final int PAGES = 1 << SHIFT;

  /** The number of runs, of four bytes each, that occupy as much memory as a bitmap. */
  static final int MAX_RUNS = PAGES / 32;

  /** The first and the last page of each run. The runs are in ascending order with gaps. */
  private char[] runs = new char[4];

  private int count;

  /** The bitmap that replaces the runs, or null if there is none. */
  private long @Nullable [] bits;

  /** An operation on each run of pages, in ascending order. */
  interface Runs {
    /**
     * Performs the operation on a run.
     *
     * @param first the first page
     * @param end the page after the last one
     */
    void run(long first, long end);
  }

  /** Adds a run of pages, from the first to the last, inclusive. */
  void add(int first, int last) {
    if (bits != null) {
      set(bits, first, last);
    } else if (!append(first, last)) {
      set(useBitmap(), first, last);
    }
  }

  /**
   * Appends a run to the list, or returns false if it does not belong at the end or is one too
   * many.
   */
  private boolean append(int first, int last) {
    int end = 2 * count;
    if (count > 0 && first <= runs[end - 1] + 1) {
      if (first < runs[end - 2]) {
        return false;
      }
      runs[end - 1] = (char) Math.max(runs[end - 1], last);
      return true;
    }
    if (count == MAX_RUNS) {
      return false;
    }
    if (end == runs.length) {
      runs = Arrays.copyOf(runs, 2 * end);
    }
    runs[end] = (char) first;
    runs[end + 1] = (char) last;
    count++;
    return true;
  }

  private long[] useBitmap() {
    long[] bitmap = new long[PAGES / Long.SIZE];
    for (int i = 0; i < count; i++) {
      set(bitmap, runs[2 * i], runs[2 * i + 1]);
    }
    bits = bitmap;
    runs = new char[0];
    count = 0;
    return bitmap;
  }

  private static void set(long[] bits, int first, int last) {
    int from = first / Long.SIZE;
    int to = last / Long.SIZE;
    long head = -1L << first; // the shift counts modulo 64
    long tail = -1L >>> ~last;
    if (from == to) {
      bits[from] |= head & tail;
      return;
    }
    bits[from] |= head;
    Arrays.fill(bits, from + 1, to, -1L);
    bits[to] |= tail;
  }

  /** Chooses the smaller representation and releases memory that is not needed. */
  void compact() {
    long[] bitmap = bits;
    if (bitmap == null) {
      runs = Arrays.copyOf(runs, 2 * count);
      return;
    }
    int inBitmap = countRuns(bitmap);
    if (inBitmap < MAX_RUNS) {
      runs = new char[2 * inBitmap]; // may fail, so the bitmap is dropped afterwards
      bits = null;
      forEachBit(bitmap, 0, (first, end) -> append((int) first, (int) end - 1));
    }
  }

  private static int countRuns(long[] bits) {
    int runs = 0;
    long before = 0;
    for (long word : bits) {
      runs += Long.bitCount(word & ~(word << 1 | before));
      before = word >>> 63;
    }
    return runs;
  }

  boolean contains(int page) {
    if (bits != null) {
      return (bits[page / Long.SIZE] & 1L << page) != 0;
    }
    int low = 0;
    int high = count;
    while (low < high) { // find the first run that ends at the page or after it
      int middle = (low + high) >>> 1;
      if (runs[2 * middle + 1] < page) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < count && runs[2 * low] <= page;
  }

  /** Passes all runs to a consumer, adding the number of the chunk's first page to each page. */
  void forEach(long base, Runs consumer) {
    if (bits != null) {
      forEachBit(bits, base, consumer);
      return;
    }
    for (int i = 0; i < count; i++) {
      consumer.run(base + runs[2 * i], base + runs[2 * i + 1] + 1);
    }
  }

  private static void forEachBit(long[] bits, long base, Runs consumer) {
    int first = next(bits, 0, 0L);
    while (first < PAGES) {
      int end = next(bits, first, -1L);
      consumer.run(base + first, base + end);
      first = next(bits, end, 0L);
    }
  }

  /**
   * Returns the next page at or after a page that is in the bitmap or, if {@code flip} is -1, that
   * is not in it. Returns {@link #PAGES} if there is none.
   */
  private static int next(long[] bits, int from, long flip) {
    int index = from / Long.SIZE;
    if (index == bits.length) {
      return PAGES;
    }
    long word = (bits[index] ^ flip) & -1L << from;
    while (word == 0) {
      if (++index == bits.length) {
        return PAGES;
      }
      word = bits[index] ^ flip;
    }
    return index * Long.SIZE + Long.numberOfTrailingZeros(word);
  }
}
