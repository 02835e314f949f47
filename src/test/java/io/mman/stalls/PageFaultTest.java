package io.mman.stalls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.mman.testing.ChildJvm;
import io.mman.testing.SlowDisk;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the page Stalls says: a page fault stops the whole JVM until the medium answers, and calls
 * that fetch pages do not.
 */
class PageFaultTest {
  private static final long SECONDS = 60;

  @TempDir Path folder;

  /**
   * Pages of a file on a disk that does not answer, and pages of memory whose faults another
   * process holds. In this JVM itself, the thread that handles the faults would be stopped, too.
   */
  @ParameterizedTest
  @ValueSource(strings = {"file", "userfaultfd"})
  void aPageFaultStopsTheJvmAndACallDoesNot(String memory) {
    List<String> lines =
        ChildJvm.of(PageFaults.class)
            .under(SlowDisk.mountedAt(folder))
            .runFor(SECONDS, SlowDisk.path(folder), memory)
            .lines();
    assumeFalse(lines.contains("no userfaultfd"), "the kernel has no userfaultfd for this user");
    lines.stream()
        .filter(line -> line.startsWith("System.gc()"))
        .forEach(line -> System.out.println(memory + ": " + line));
    assertEquals(
        List.of(
            "nothing is held",
            "populate",
            "released",
            "populateAsync",
            "released",
            "read",
            "released",
            "released",
            "fault"),
        lines.stream().filter(line -> !line.startsWith("System.gc()")).toList());
  }
}
