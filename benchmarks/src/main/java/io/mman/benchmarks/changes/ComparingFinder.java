package io.mman.benchmarks.changes;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Compares all memory with a copy, and brings the copy up to date. */
final class ComparingFinder extends JavaFinder {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment copy;

  ComparingFinder(Kind kind, long size) {
    super(kind, size);
    copy = arena.allocate(size).copyFrom(memory);
  }

  @Override
  long find() {
    long size = memory.byteSize();
    long found = 0;
    long offset = 0;
    while (offset < size) {
      long same = MemorySegment.mismatch(memory, offset, size, copy, offset, size);
      if (same < 0) {
        break;
      }
      long page = (offset + same) / PAGE * PAGE;
      MemorySegment.copy(memory, page, copy, page, PAGE);
      found++;
      offset = page + PAGE;
    }
    return found;
  }

  @Override
  public void close() {
    arena.close();
    super.close();
  }
}
