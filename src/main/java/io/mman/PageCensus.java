package io.mman;

import io.mman.libc.MemoryCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Asks mincore(2) about whole pages, a bounded number of them a call. */
final class PageCensus {
  private static final long LOWEST_BITS = 0x0101010101010101L;

  private PageCensus() {}

  /**
   * Takes the residency of a range.
   *
   * @param pages from the start of the range's first page to its last byte
   * @param offset of the range in its region
   * @param length of the range
   */
  static Residency take(
      MemorySegment pages, long page, long offset, long length, @Nullable Path file) {
    long chunkBytes = Residency.CHUNK_PAGES * page;
    long[] @Nullable [] chunks = new long[(int) Math.ceilDiv(pages.byteSize(), chunkBytes)][];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vec = arena.allocate(Residency.CHUNK_PAGES, Long.BYTES);
      for (int i = 0; i < chunks.length; i++) {
        MemorySegment part = part(pages, i * chunkBytes, chunkBytes);
        Calls.mincore(part, vec, file);
        chunks[i] = residentBits(vec, (int) Math.ceilDiv(part.byteSize(), page));
      }
    }
    return new Residency(page, pages.byteSize() - length, offset, length, chunks);
  }

  /**
   * Counts the resident pages of a range without allocating.
   *
   * @param start of the range's first page, counted from the start of the segment
   * @param bytes from there to the range's last byte
   */
  static long count(MemorySegment pages, long start, long bytes, long page, @Nullable Path file) {
    long pieceBytes = MemoryCalls.COUNTABLE_PAGES * page;
    long count = 0;
    long pieces = Math.ceilDiv(bytes, pieceBytes);
    for (long i = 0; i < pieces; i++) {
      long done = i * pieceBytes;
      long piece = Math.min(pieceBytes, bytes - done);
      count += Calls.countResident(pages, start + done, piece, page, file);
    }
    return count;
  }

  /** As {@link #count}, but tells whether all pages are resident, and stops where one is not. */
  static boolean isFull(
      MemorySegment pages, long start, long bytes, long page, @Nullable Path file) {
    long pieceBytes = MemoryCalls.COUNTABLE_PAGES * page;
    long pieces = Math.ceilDiv(bytes, pieceBytes);
    for (long i = 0; i < pieces; i++) {
      long done = i * pieceBytes;
      long piece = Math.min(pieceBytes, bytes - done);
      long count = Calls.countResident(pages, start + done, piece, page, file);
      if (count < Math.ceilDiv(piece, page)) {
        return false;
      }
    }
    return true;
  }

  private static MemorySegment part(MemorySegment pages, long start, long bytes) {
    return pages.asSlice(start, Math.min(bytes, pages.byteSize() - start));
  }

  /** Returns the lowest bit of each byte, 64 a word, or null where none is set. */
  private static long @Nullable [] residentBits(MemorySegment vec, int count) {
    long[] words = null;
    for (int first = 0; first < count; first += 8) {
      if ((vec.get(ValueLayout.JAVA_LONG, first) & LOWEST_BITS) != 0) { // else a hole of 8 pages
        words = words == null ? new long[Math.ceilDiv(count, 64)] : words;
        for (int i = first; i < Math.min(first + 8, count); i++) {
          words[i >> 6] |= (vec.get(ValueLayout.JAVA_BYTE, i) & 1L) << i;
        }
      }
    }
    return words;
  }
}
