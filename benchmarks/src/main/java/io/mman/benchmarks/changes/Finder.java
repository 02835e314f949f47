package io.mman.benchmarks.changes;

import java.io.IOException;

/** Memory, and a way to find out which of its pages have changed. */
interface Finder extends AutoCloseable {
  int PAGE = 4096;

  /**
   * The times of one turn.
   *
   * @param first of the first store to a page, in nanoseconds
   * @param again of another store to the same page, in nanoseconds
   * @param find of finding all changed pages, in nanoseconds
   */
  record Turn(double first, double again, double find) {}

  /**
   * Stores to each of these pages, again in the same order, and finds them.
   *
   * @throws IllegalStateException if others or more are found
   */
  Turn turn(int[] pages) throws IOException;

  @Override
  void close() throws IOException;
}
