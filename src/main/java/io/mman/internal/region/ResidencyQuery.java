package io.mman.internal.region;

import io.mman.internal.call.SystemCalls;
import io.mman.internal.libc.MemoryCalls;
import io.mman.internal.libc.ProcessCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Asks mincore(2) which pages of a region are in memory, for a limited number of pages a call. */
final class ResidencyQuery {
  private static final long LOWEST_BITS = 0x0101010101010101L;

  /** In place of the number of resident pages. */
  static final long HOLE = -1;

  private ResidencyQuery() {}

  /** Returns which pages of a range of a region are in memory. */
  static ResidencySnapshot take(Region region, long offset, long length) {
    region.lock.beginCall();
    try {
      long bytes = length == Region.WHOLE ? region.size() : length;
      return take(region.queryable(offset, bytes), offset, bytes, region.backing.path());
    } finally {
      region.lock.endCall();
    }
  }

  private static ResidencySnapshot take(
      RegionState region, long offset, long length, @Nullable Path file) {
    long page = ProcessCalls.pageSize();
    MemorySegment pages = region.covering(offset, length, page);
    long chunkBytes = ResidencySnapshot.CHUNK_PAGES * page;
    long[] @Nullable [] chunks = new long[(int) Math.ceilDiv(pages.byteSize(), chunkBytes)][];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vec = arena.allocate(ResidencySnapshot.CHUNK_PAGES, Long.BYTES);
      for (int i = 0; i < chunks.length; i++) {
        long start = i * chunkBytes;
        MemorySegment part = pages.asSlice(start, Math.min(chunkBytes, pages.byteSize() - start));
        SystemCalls.mincore(part, vec, file);
        chunks[i] = residentBits(vec, (int) Math.ceilDiv(part.byteSize(), page));
      }
    }
    return new ResidencySnapshot(page, pages.byteSize() - length, offset, length, chunks);
  }

  /** Returns the lowest bit of each byte, 64 to a word, or null if none is set. */
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

  /**
   * Counts the resident pages of a range of a region. Allocates nothing.
   *
   * @param stopAtHole whether {@link #HOLE} is returned as soon as a page is missing
   */
  static long count(Region region, long offset, long length, boolean stopAtHole) {
    region.lock.beginCall();
    try {
      RegionState now = region.queryable(offset, length);
      return count(now, offset, length, region.backing.path(), stopAtHole);
    } finally {
      region.lock.endCall();
    }
  }

  private static long count(
      RegionState region, long offset, long length, @Nullable Path file, boolean stopAtHole) {
    long page = ProcessCalls.pageSize();
    long start = region.startOfPage(offset, page);
    long bytes = region.bytesFrom(start, offset, length);
    long pieceBytes = MemoryCalls.COUNTABLE_PAGES * page;
    long pieces = Math.ceilDiv(bytes, pieceBytes);
    long total = 0;
    for (long i = 0; i < pieces; i++) {
      long done = i * pieceBytes;
      long piece = Math.min(pieceBytes, bytes - done);
      long count = SystemCalls.countResident(region.pages(), start + done, piece, page, file);
      if (stopAtHole && count < Math.ceilDiv(piece, page)) {
        return HOLE;
      }
      total += count;
    }
    return total;
  }
}
