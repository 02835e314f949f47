package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.BelowTarget;
import io.mman.testing.ChildJvm;
import io.mman.testing.OpenFiles;
import io.mman.testing.Requirements;
import io.mman.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many system calls it takes to prefetch many ranges, also where a call is refused. */
class MappedRegionPrefetchCallsTest {
  private static final int RANGES = 2500;

  @TempDir(factory = BelowTarget.class)
  Path folder;

  @BeforeAll
  static void requireStrace() {
    Requirements.requireTracing();
  }

  /** Twice drops a file from memory and prefetches every second page of it. */
  static class Prefetching {
    public static void main(String... arguments) throws IOException {
      long page = Mman.pageSize();
      Path path = Samples.sparse(Path.of(arguments[0]), 2 * RANGES * page);
      long[] offsets = LongStream.range(0, RANGES).map(i -> 2 * i * page).toArray();
      try (NativeFile file = NativeFile.open(path);
          MappedRegion region = Mapping.file(file).mapShared()) {
        for (int round = 0; round < 2; round++) {
          region.advise(Advice.DONTNEED);
          file.advise(FileAdvice.DONTNEED, 0, 0);
          var files = OpenFiles.all();
          System.out.println(region.prefetch(offsets, page));
          System.out.println(files.equals(OpenFiles.all()) ? "closed" : "open");
          long end = System.nanoTime() + 60_000_000_000L;
          while (region.prefetch(offsets, page) > 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
          }
          System.out.println(region.residentPages(0, region.size()));
        }
      }
    }
  }

  /** The pages of a sparse file are in memory at once, and are not asked for again. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "                                                        ; 15; 0; 0",
        "process_madvise:error=EPERM                             ; 1; 0; 5000",
        // Then no descriptor is free at first.
        "process_madvise:error=EBADF:when=1..2 pidfd_open:error=EMFILE:when=1; 16; 3; 32"
      })
  void callsAreFewAndPagesAreRead(String injected, long batches, long descriptors, long single)
      throws IOException {
    Path trace = folder.resolve("trace");
    ChildJvm child =
        ChildJvm.of(Prefetching.class)
            .under("strace", "-f", "-qq", "--seccomp-bpf", "-s0", "-o", trace.toString())
            .under("-e", "trace=process_madvise,pidfd_open,madvise");
    for (String injection : injected == null ? new String[0] : injected.split(" ")) {
      child = child.under("-e", "inject=" + injection);
    }

    String each = RANGES + "\nclosed\n" + RANGES + "\n";
    assertEquals(each + each, child.run(folder.toString()).success());
    List<String> calls = Files.readAllLines(trace);
    assertEquals(
        List.of(batches, descriptors, single),
        List.of(
            count(calls, " process_madvise\\(.*"),
            count(calls, " pidfd_open\\(.*"),
            count(calls, " madvise\\(.*MADV_WILLNEED.*")));
  }

  private static long count(List<String> calls, String pattern) {
    return calls.stream().filter(call -> call.matches("\\d+ *" + pattern)).count();
  }
}
