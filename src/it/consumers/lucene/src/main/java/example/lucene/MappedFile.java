package example.lucene;

import io.mman.Advice;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.apache.lucene.store.AlreadyClosedException;

/** A file of an index, mapped in chunks of equal size. Positions are bytes of the file. */
final class MappedFile {
  final long length;
  private final MappedRegion[] regions;
  private final MemorySegment[] chunks;
  private final int chunkShift;
  private final long chunkMask;
  private final Arena arena;
  private final Runnable afterClose;

  MappedFile(Mapping request, long length, long chunkSize, Arena arena, Runnable afterClose) {
    this.length = length;
    this.arena = arena;
    this.afterClose = afterClose;
    chunkShift = Long.numberOfTrailingZeros(chunkSize);
    chunkMask = chunkSize - 1;
    int count = Math.toIntExact(Math.ceilDiv(length, chunkSize));
    regions = new MappedRegion[count];
    chunks = new MemorySegment[count];
    for (int i = 0; i < count; i++) {
      long offset = i * chunkSize;
      regions[i] = request.range(offset, Math.min(chunkSize, length - offset)).map(arena);
      chunks[i] = regions[i].segment();
    }
  }

  /** Returns the chunk in which a byte lies. */
  MemorySegment chunk(long at) {
    return chunks[(int) (at >>> chunkShift)];
  }

  /** Returns where in its chunk a byte lies. */
  long offset(long at) {
    return at & chunkMask;
  }

  /** Returns whether a range is not empty and lies in one chunk. */
  boolean isContiguous(long at, long size) {
    return size > 0 && at >>> chunkShift == at + size - 1 >>> chunkShift;
  }

  /** Starts to read a range. Returns false if all of it is in memory. */
  boolean prefetch(long at, long size) throws IOException {
    boolean[] asked = {false};
    forEachRegion(
        at, size, (region, offset, length) -> asked[0] |= region.prefetch(offset, length));
    return asked[0];
  }

  void advise(Advice advice, long at, long size) throws IOException {
    forEachRegion(at, size, (region, offset, length) -> region.advise(advice, offset, length));
  }

  /** Fails if bytes that were read may have been zeros instead of those of the file. */
  void requireIntact() throws IOException {
    try {
      for (MappedRegion region : regions) {
        if (region.lostPages() > 0) {
          region.requireIntact();
        }
      }
    } catch (MmanException e) {
      throw e.getCause();
    }
  }

  void close() throws IOException {
    try (arena) {
      requireIntact();
    } catch (MmanException e) {
      throw e.getCause();
    } finally {
      afterClose.run();
    }
  }

  private void forEachRegion(long at, long size, RangeAction action) throws IOException {
    try {
      for (long next = at, end = at + size; next < end; ) {
        MappedRegion region = regions[(int) (next >>> chunkShift)];
        long part = Math.min(end - next, region.size() - offset(next));
        action.run(region, offset(next), part);
        next += part;
      }
    } catch (MmanException e) {
      throw e.getCause();
    } catch (IllegalStateException e) {
      throw new AlreadyClosedException("Already closed", e);
    }
  }

  private interface RangeAction {
    void run(MappedRegion region, long offset, long length);
  }
}
