package io.mman.examples;

import io.mman.Residency;
import java.util.BitSet;

/** Draws a bar that shows which pages are in memory, as vmtouch does. */
final class ResidencyBar {
  static final int WIDTH = 50;

  private ResidencyBar() {}

  static String of(Residency residency) {
    return of(residency, WIDTH);
  }

  /**
   * Draws one character for each group of pages: {@code O} if all of them are in memory, {@code o}
   * if some are, and a blank if none is.
   *
   * @param most the largest number of groups; there is never more than one group for each page
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
