package io.mman.benchmarks.changes;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Needs Linux 6.7, and gcc. */
class FinderTest {
  private static final int PAGES = 2000;

  @ParameterizedTest
  @EnumSource
  void eachWayFindsThePagesThatHaveChanged(Way way) throws Exception {
    for (Kind kind : Kind.values()) {
      Pages pages = new Pages(PAGES);
      try (Finder finder = way.open(kind, (long) PAGES * Finder.PAGE)) {
        for (int changed : new int[] {1000, 1, 1999}) {
          assertTrue(finder.turn(pages.next(changed)).find() > 0); // throws if it finds others
        }
      }
    }
  }
}
