package io.mman.benchmarks.changes;

import java.util.Arrays;
import java.util.Random;

/** Random pages, the same in each run. */
final class Pages {
  private final Random random = new Random(16);
  private final int[] all;

  Pages(int pages) {
    all = new int[pages];
    Arrays.setAll(all, i -> i);
  }

  /** Returns the next random pages, in random order and none twice. */
  int[] next(int count) {
    for (int i = 0; i < count; i++) {
      int other = random.nextInt(i, all.length);
      int page = all[other];
      all[other] = all[i];
      all[i] = page;
    }
    return Arrays.copyOf(all, count);
  }
}
