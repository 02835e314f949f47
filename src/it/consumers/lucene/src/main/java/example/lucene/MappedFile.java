package example.lucene;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.apache.lucene.store.AlreadyClosedException;

/**
 * A file that is mapped in chunks. Each chunk includes the first bytes of the next one, so that no
 * number extends beyond the chunk in which it begins. Positions are byte offsets in the file.
 */
record MappedFile(long chunkSize, MappedRegion[] regions, MemorySegment[] chunks) {
  static MappedFile map(Mapping request, long size, long chunkSize, Arena arena) {
    var regions = new MappedRegion[Math.toIntExact(Math.ceilDiv(size, chunkSize))];
    var chunks = new MemorySegment[regions.length];
    for (int i = 0; i < regions.length; i++) {
      long start = i * chunkSize;
      long length = Math.min(chunkSize + Long.BYTES - 1, size - start);
      regions[i] = request.range(start, length).map(arena);
      chunks[i] = regions[i].segment();
    }
    return new MappedFile(chunkSize, regions, chunks);
  }

  MemorySegment chunk(long at) {
    return chunks[index(at)];
  }

  private int index(long at) {
    return (int) (at >>> Long.numberOfTrailingZeros(chunkSize)); // chunkSize is a power of two
  }

  long offset(long at) {
    return at & chunkSize - 1;
  }

  MemorySegment sliceOrNull(long at, long length) {
    boolean whole = length > 0 && length <= chunk(at).byteSize() - offset(at);
    return whole ? chunk(at).asSlice(offset(at), length) : null;
  }

  /** Performs an action on the part of a range that lies in each chunk. */
  void forEach(long at, long length, RangeAction action) throws IOException {
    try {
      for (long next = at, end = at + length; next < end; next += chunkSize - offset(next)) {
        long part = Math.min(end - next, chunkSize - offset(next));
        action.run(regions[index(next)], offset(next), part);
      }
    } catch (MmanException e) {
      throw e.getCause();
    } catch (IllegalStateException e) {
      throw new AlreadyClosedException("Already closed", e);
    }
  }

  /** Throws an exception if the file has lost pages, whose bytes were read as zeros. */
  void requireIntact() throws IOException {
    for (MappedRegion region : regions) {
      if (region.lostPages() > 0) {
        throw new IOException("the file has lost pages: " + region);
      }
    }
  }

  interface RangeAction {
    void run(MappedRegion region, long offset, long length);
  }
}
