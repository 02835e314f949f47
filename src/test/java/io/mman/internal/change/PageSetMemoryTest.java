package io.mman.internal.change;

import io.mman.testing.Checks;
import io.mman.testing.ChildJvm;
import org.junit.jupiter.api.Test;

/** The pages of a region of a terabyte fit into a small heap, whichever they are. */
class PageSetMemoryTest {
  @Test
  void everySecondPageOfATerabyteFitsInto48MiB() {
    ChildJvm.of(EverySecond.class).options("-Xmx48m", "-XX:+UseSerialGC").run().success();
  }

  /** Adds every second page of a terabyte. */
  static final class EverySecond {
    private EverySecond() {}

    public static void main(String... args) {
      long page = 4096;
      PageLayout layout = new PageLayout(page, 0, 1L << 40);
      PageSetBuilder builder = new PageSetBuilder(layout);
      for (long i = 0; i < layout.pages(); i += 2) {
        builder.add(i, i + 1);
      }
      PageSet set = builder.build();
      Checks.assertEquals(1L << 27, set.count());
      Checks.assertEquals(1L << 39, set.bytes());
    }
  }
}
