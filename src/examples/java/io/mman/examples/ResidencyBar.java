package io.mman.examples;

import io.mman.Residency;
import java.util.BitSet;

/** Draws the pages that are in memory, as vmtouch does. */
final class ResidencyBar {
  static final int WIDTH = 50;

  private ResidencyBar() {}

  static String of(Residency residency) {
    return of(residency, WIDTH);
  }

  /**
   * Draws each group of pages: {@code O} all in memory, {@code o} some, a blank none.
   *
   * @param most the number of groups if there are enough pages
   */
  static String of(Residency residency, int most) {
    BitSet resident = residency.toBitSet();
    int cells = (int) Math.min(most, residency.pages());
    StringBuilder bar = new StringBuilder("[");
    for (int cell = 0; cell < cells; cell++) {
      int from = (int) (residency.pages() * cell / cells);
      int to = (int) (residency.pages() * (cell + 1) / cells);
      int count = resident.get(from, to).cardinality();
      bar.append(count == 0 ? ' ' : count < to - from ? 'o' : 'O');
    }
    return bar.append(']').toString();
  }
}
