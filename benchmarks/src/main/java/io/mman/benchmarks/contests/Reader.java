package io.mman.benchmarks.contests;

import java.io.IOException;

/** A way to read a file, with the same loops as sum_longs and sum_random in loops.c. */
abstract class Reader implements AutoCloseable {
  static final int PAGE = 4096;

  /** Opens, or maps, the file. */
  @FunctionalInterface
  interface Opener {
    Reader open(Memory memory) throws IOException;
  }

  /** Returns the sum of all longs. */
  abstract long sum() throws Throwable;

  /** Returns the sum of the first longs of {@code count} pages, in random order. */
  abstract long sumRandom(int count) throws Throwable;

  @Override
  public abstract void close() throws IOException;
}
