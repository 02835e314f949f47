package io.mman.search;

import java.util.SplittableRandom;

/** The operations, and how often each occurs among about 200 steps in each kind of search. */
public enum Op {
  MAP(10, 12),
  MAP_FILE(10, 0),
  /** Maps the file that is truncated at any moment, with the request to survive it. */
  MAP_SURVIVING(12, 0),
  TRUNCATE(10, 0),
  /** The calls about pages that are lost. */
  LOSSES(8, 0),
  WRAP(1, 0),
  PROTECT(9, 8),
  RESIZE(8, 12),
  SPLIT(5, 8),
  JOIN(6, 8),
  SEAL(1, 0),
  /** Seals one page without the library's knowledge, so that changes fail half-way. */
  SEAL_PART(16, 0),
  ADVISE(7, 8),
  SYNC(5, 0),
  LOCK(3, 0),
  UNLOCK(2, 0),
  POPULATE(3, 3),
  RESIDENCY(5, 0),
  /** Many calls in a row, so that others change or end the region meanwhile. */
  BURST(12, 0),
  STATS(1, 0),
  READ(5, 3),
  WRITE(5, 0),
  PIN(2, 2),
  UNPIN(2, 2),
  CLOSE(6, 2),
  OPEN_ARENA(6, 0),
  CLOSE_ARENA(6, 0),
  /**
   * A large region that is closed soon, by itself or by its arena, during calls of other threads.
   */
  LEND(10, 0),
  RETAIN(1, 0),
  OPEN_FILE(3, 2),
  FILE(5, 0),
  RESIZE_FILE(5, 4),
  CLOSE_FILE(2, 0),
  TOUCH(36, 12),
  CANARY(4, 0),
  /** Every call with arguments that no region takes. */
  REFUSED(0, 4);

  private final int inStorm;
  private final int inModel;

  Op(int inStorm, int inModel) {
    this.inStorm = inStorm;
    this.inModel = inModel;
  }

  static Op random(SplittableRandom random, boolean storm) {
    int sum = 0;
    for (Op op : values()) {
      sum += op.weight(storm);
    }
    int dice = random.nextInt(sum);
    for (Op op : values()) {
      dice -= op.weight(storm);
      if (dice < 0) {
        return op;
      }
    }
    throw new AssertionError();
  }

  private int weight(boolean storm) {
    return storm ? inStorm : inModel;
  }

  /** Returns whether pages may stay mapped afterwards until the JVM ends. */
  boolean isForEver() {
    return this == SEAL || this == SEAL_PART;
  }
}
