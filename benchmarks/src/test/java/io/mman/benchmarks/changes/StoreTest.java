package io.mman.benchmarks.changes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoreTest {
  private static final int PAGES = 100;

  @ParameterizedTest
  @EnumSource
  void eachStoreHasThePagesThatWerePutLast(Store.Kind kind, @TempDir Path folder) throws Exception {
    Stamps stamps = new Stamps();
    int[] rounds = new int[PAGES];
    Pages random = new Pages(PAGES);
    try (Store store = kind.open(folder, PAGES)) {
      for (int round = 1; round < 10; round++) {
        for (int page : random.next(round == 1 ? PAGES : round)) {
          store.put(page, stamps.of(page, round));
          rounds[page] = round;
        }
        store.commit();
      }
      for (int page = 0; page < PAGES; page++) {
        assertArrayEquals(stamps.of(page, rounds[page]), store.get(page));
      }
    }
  }
}
