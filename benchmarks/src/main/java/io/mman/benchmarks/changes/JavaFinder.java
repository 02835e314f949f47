package io.mman.benchmarks.changes;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.MappedRegion;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/** A region to which Java stores. */
abstract class JavaFinder implements Finder {
  private static final int LINES = 64;
  private static final int LINE = 64;
  private static final int WARM_UP = 2000;

  final MappedRegion region;
  final MemorySegment memory;
  private long value;

  JavaFinder(Kind kind, long size) {
    region = kind.map(size);
    memory = region.segment();
    int[] few = IntStream.range(0, LINES).toArray();
    for (int i = 0; i < WARM_UP; i++) {
      store(few);
    }
  }

  @Override
  public final Turn turn(int[] pages) {
    double first = store(pages);
    double again = store(pages);
    long start = System.nanoTime();
    long found = find();
    long time = System.nanoTime() - start;
    if (found != pages.length) {
      throw new IllegalStateException(found + " pages found instead of " + pages.length);
    }
    return new Turn(first, again, time);
  }

  /** Returns the average time of a store to another cache line of each page. */
  private double store(int[] pages) {
    value++;
    long start = System.nanoTime();
    for (int page : pages) {
      memory.set(JAVA_LONG, (long) page * PAGE + page % LINES * LINE, value);
    }
    return (System.nanoTime() - start) / (double) pages.length;
  }

  /** Returns the number of pages that have changed since the last call. */
  abstract long find();

  @Override
  public void close() {
    region.close();
  }
}
