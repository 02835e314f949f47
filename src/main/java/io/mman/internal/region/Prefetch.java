package io.mman.internal.region;

import io.mman.Advice;
import io.mman.Errno;
import io.mman.MmanException;
import io.mman.internal.call.AdviceBatch;
import io.mman.internal.error.Failure;
import io.mman.internal.error.MemoryErrors;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.libc.MemoryCalls;
import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.proc.ReadAhead;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lets the kernel begin to read pages that are not in memory. In one range the kernel reads no more
 * than a read-ahead window, so that a larger range is asked for in pieces.
 */
public final class Prefetch {
  /** The number of pieces that are asked for by the first call. */
  private static final int FIRST_CALL = 32;

  private final Region region;
  private final RegionState now;
  private final long page = ProcessCalls.pageSize();

  /** The size of a piece in pages. */
  private final int piece;

  /** A bit for each page that is not in memory, of as many pages as one query may have. */
  private final long[] missing = new long[MemoryCalls.COUNTABLE_PAGES / Long.SIZE];

  private final AdviceBatch batch;

  /** The pieces that the batch asks for in its next call, and those that it has so far. */
  private int callPieces = FIRST_CALL;

  private int waiting;

  private Prefetch(Arena arena, Region region, RegionState now, int ranges, long length) {
    this.region = region;
    this.now = now;
    this.piece = (int) Math.max(1, pieceBytes(region.backing.status(), length) / page);
    long piecesOfRange = Math.ceilDiv(length / page + 2, piece);
    long pieces = ranges * Math.min(piecesOfRange, Integer.MAX_VALUE);
    this.batch = new AdviceBatch(arena, Advice.WILLNEED, pieces, region.backing.path());
  }

  /** Returns the size of a piece. That of a single page does not matter. */
  private long pieceBytes(@Nullable FileStatus file, long length) {
    return length <= page || file == null ? ReadAhead.USUAL : ReadAhead.piece(file.device());
  }

  /** Asks for the pages of one range, and returns whether any of them were not in memory. */
  public static boolean run(Region region, long offset, long length) {
    return run(region, new long[] {offset}, length) > 0;
  }

  /** Returns how many of the ranges had pages that were not in memory and were asked for. */
  public static int run(Region region, long[] offsets, long length) {
    region.requireLength(length);
    region.lock.beginCall();
    try {
      RegionState now = region.usable();
      for (long offset : offsets) {
        Objects.checkFromIndexSize(offset, length, now.size());
      }
      if (length == 0 || offsets.length == 0 || region.backing.hugePage() > 0) {
        return 0; // explicit huge pages are never read from a medium
      }
      try (Arena arena = Arena.ofConfined()) {
        return new Prefetch(arena, region, now, offsets.length, length).ask(offsets, length);
      }
    } finally {
      region.lock.endCall();
    }
  }

  private int ask(long[] offsets, long length) {
    boolean knowsMissing = knowsMissing();
    int count = 0;
    try (batch) {
      for (long offset : offsets) {
        // again, because another thread may have changed the array
        Objects.checkFromIndexSize(offset, length, now.size());
        long start = now.startOfPage(offset, page);
        long bytes = now.bytesFrom(start, offset, length);
        if (knowsMissing ? askForMissing(start, bytes) : askForAll(start, bytes)) {
          count++;
        }
      }
      batch.flush();
    } catch (MmanException e) {
      if (e.error() == Errno.EBADF) {
        return 0; // anonymous memory, and a kernel that cannot swap
      }
      throw e;
    }
    return count;
  }

  /** Returns whether mincore(2) says which pages are in memory. */
  private boolean knowsMissing() {
    if (region.isResidencyHidden || !MemoryCalls.hasMincore()) {
      return false;
    }
    try {
      region.queryable(0, now.size());
      return true;
    } catch (UnsupportedOperationException e) {
      region.isResidencyHidden = true;
      return false;
    }
  }

  private boolean askForAll(long start, long bytes) {
    long pieceBytes = piece * page;
    for (long done = 0; done < bytes; done += pieceBytes) {
      add(start + done, Math.min(pieceBytes, bytes - done));
    }
    return true;
  }

  private boolean askForMissing(long start, long bytes) {
    long queryBytes = MemoryCalls.COUNTABLE_PAGES * page;
    boolean any = false;
    for (long done = 0; done < bytes; done += queryBytes) {
      any |= query(start + done, Math.min(queryBytes, bytes - done));
    }
    return any;
  }

  /** Asks for the missing pages of a range that is small enough for one query. */
  private boolean query(long start, long bytes) {
    int result = MemoryCalls.findMissing(now.pages(), start, bytes, page, missing);
    if (result < 0) {
      Failure failure = Failure.of("mincore", result);
      failure.address("address", now.pages().address() + start).arg("length", bytes);
      failure.about(region.backing.path());
      throw failure.because(MemoryErrors.mincore(failure.error())).exception();
    }
    int pages = (int) Math.ceilDiv(bytes, page);
    int first = nextMissing(0, pages);
    boolean any = first < pages;
    while (first < pages) {
      int end = Math.min(first + piece, pages);
      int last = lastMissing(end);
      add(start + first * page, Math.min((last + 1) * page, bytes) - first * page);
      first = nextMissing(end, pages);
    }
    return any;
  }

  private int nextMissing(int from, int pages) {
    int i = from;
    while (i < pages && !isMissing(i)) {
      i++;
    }
    return i;
  }

  /** Returns the last missing page before another one, of which there is at least one. */
  private int lastMissing(int end) {
    int i = end - 1;
    while (!isMissing(i)) {
      i--;
    }
    return i;
  }

  private boolean isMissing(int i) {
    return (missing[i / Long.SIZE] >>> i & 1) != 0;
  }

  /**
   * Adds a piece. The first call asks for few pieces and each further one for twice as many, so
   * that the medium is busy while it is found out which of the other pages are missing.
   */
  private void add(long offset, long length) {
    batch.add(now.pages(), now.pages().address() + offset, length);
    waiting++;
    if (waiting == callPieces) {
      batch.flush();
      waiting = 0;
      callPieces *= 2;
    }
  }
}
