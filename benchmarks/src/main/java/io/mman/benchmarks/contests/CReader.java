package io.mman.benchmarks.contests;

import io.mman.Mapping;
import io.mman.benchmarks.CLoops;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Reads in C from memory that the library has mapped. */
final class CReader extends Reader {
  private static final MethodHandle SUM = CLoops.onRange("sum_longs");
  private static final MethodHandle SUM_RANDOM = CLoops.onRange("sum_random");

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment bytes;

  CReader(Memory memory) {
    bytes = Mapping.file(memory.file).map(arena).segment();
  }

  @Override
  long sum() throws Throwable {
    return (long) SUM.invokeExact(bytes, bytes.byteSize(), 0L);
  }

  @Override
  long sumRandom(int count) throws Throwable {
    return (long) SUM_RANDOM.invokeExact(bytes, bytes.byteSize(), (long) count);
  }

  @Override
  public void close() {
    arena.close();
  }
}
