package io.mman.benchmarks.contests;

import io.mman.Advice;
import io.mman.Mapping;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads through the segment of a region, or through one that FileChannel maps. */
final class SegmentReader extends Reader {
  private final Arena arena;
  private final MemorySegment bytes;

  private SegmentReader(Arena arena, MemorySegment bytes) {
    this.arena = arena;
    this.bytes = bytes;
  }

  static Reader region(Memory memory) {
    return mapped(Mapping.file(memory.file));
  }

  static Reader surviving(Memory memory) {
    return mapped(Mapping.file(memory.file).surviveBusErrors());
  }

  static Reader withoutReadahead(Memory memory) {
    return mapped(Mapping.file(memory.file).advise(Advice.RANDOM));
  }

  private static Reader mapped(Mapping mapping) {
    Arena arena = Arena.ofConfined();
    return new SegmentReader(arena, mapping.map(arena).segment());
  }

  static Reader channel(Memory memory) throws IOException {
    Arena arena = Arena.ofConfined();
    return new SegmentReader(
        arena, memory.channel.map(LifetimeContests.READ, 0, memory.bytes(), arena));
  }

  @Override
  long sum() {
    long sum = 0;
    for (long at = 0; at < bytes.byteSize(); at += Long.BYTES) {
      sum += bytes.get(ValueLayout.JAVA_LONG, at);
    }
    return sum;
  }

  @Override
  long sumRandom(int count) {
    long pages = bytes.byteSize() / PAGE;
    long sum = 0;
    for (long i = 0; i < count; i++) {
      sum += bytes.get(ValueLayout.JAVA_LONG, PAGE * Touch.page(i, pages));
    }
    return sum;
  }

  @Override
  public void close() {
    arena.close();
  }
}
