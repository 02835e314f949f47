package io.mman.benchmarks.contests;

import java.io.IOException;

/** A way to read a file; its loops are those of sum_longs and sum_random in loops.c. */
abstract class Reader implements AutoCloseable {
  static final int PAGE = 4096;

  /** Opens, or maps, the file. */
  @FunctionalInterface
  interface Opener {
    Reader open(Memory memory) throws IOException;
  }

  /** Adds up all longs. */
  abstract long sum() throws Throwable;

  /** Adds up the first longs of so many pages, in random order. */
  abstract long sumRandom(int count) throws Throwable;

  @Override
  public abstract void close() throws IOException;
}
