package io.mman.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Mman;
import io.mman.testing.ChildJvm;
import io.mman.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Large numbers of everything. {@code -Dmman.load=full} maps and closes ten million times, {@code
 * -Dmman.soak.minutes=60} runs for an hour.
 */
class LoadTest {
  private static final boolean FULL = "full".equals(System.getProperty("mman.load"));
  private static final long SOAK = Integer.getInteger("mman.soak.minutes", 0);
  private static final long SECONDS = FULL || SOAK > 0 ? 3600 : 300;
  private static final long TIB = 1L << 40;

  @TempDir Path folder;

  private static void assertFine(String... arguments) {
    // The heap has a fixed size, so that it does not add to the growth of the process.
    ChildJvm child =
        ChildJvm.of(Loads.class)
            .options("-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC");

    assertEquals(List.of("fine"), child.runFor(SECONDS, arguments).lines());
  }

  @Test
  void sixtyThousandRegionsLiveAtOnce() throws IOException {
    int number = 60_000;
    String limit = Files.readAllLines(Path.of("/proc/sys/vm/max_map_count")).getFirst();
    assumeTrue(Long.parseLong(limit) > number + 5000, "vm.max_map_count is small: " + limit);

    assertFine("manyRegions", "" + number);
  }

  @Test
  void mappingAndClosingLeavesNothing() {
    Path file = Samples.sparse(folder, Mman.pageSize());

    assertFine("mapAndClose", FULL ? "10000000" : "300000", file.toString());
  }

  @Test
  void aSparseFileOfOneTebibyte() {
    Path file = Samples.sparse(folder, TIB);

    assertFine("largeFile", file.toString());
  }

  @Test
  void twoHundredThreadsShareARegionWhoseProtectionChanges() {
    assertFine("manyThreads", "200");
  }

  @Test
  void tenThousandVirtualThreads() {
    assertFine("virtualThreads", "10000");
  }

  /** Without the property, once. */
  @Test
  void allOfThisAgainAndAgain() {
    Path file = Samples.sparse(folder, Mman.pageSize());
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(SOAK);
    do {
      assertFine("mapAndClose", SOAK > 0 ? "3000000" : "20000", file.toString());
      assertFine("manyThreads", "20");
      assertFine("virtualThreads", "1000");
    } while (System.nanoTime() < end);
  }
}
