package io.mman;

import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.ChildJvm;
import io.mman.testing.Requirements;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** System calls that move a part only, or fail after a part, as strace makes them. */
class NativeFileTransferPartialTest {
  private static final String READS = "pread64,preadv2";
  private static final String WRITES = "pwrite64,pwritev2";

  @TempDir Path folder;

  @BeforeAll
  static void requireStrace() {
    Requirements.requireTracing();
  }

  /**
   * Reads and writes 100 bytes of a file that has 150. Memory of each kind has a thread of its own,
   * because strace counts the calls of each thread.
   */
  static class Mover {
    private interface Step {
      long take();
    }

    public static void main(String... arguments) throws Exception {
      try (NativeFile file = NativeFile.open(Path.of(arguments[0]), WRITE)) {
        for (MemorySegment memory :
            List.of(Arena.global().allocate(100), MemorySegment.ofArray(new byte[100]))) {
          Thread thread = new Thread(() -> move(file, memory, arguments));
          thread.start();
          thread.join();
        }
      }
    }

    private static void move(NativeFile file, MemorySegment memory, String... steps) {
      for (int i = 1; i < steps.length; i++) {
        String[] words = steps[i].split(":");
        long position = Long.parseLong(words[1]);
        attempt(
            switch (words[0]) {
              case "read" -> () -> file.read(position, memory);
              case "write" -> () -> file.write(position, memory);
              case "nowait" -> () -> file.read(position, memory, ReadFlag.NOWAIT);
              case "hipri" -> () -> file.read(position, memory, ReadFlag.HIPRI);
              default -> () -> file.write(position, memory, WriteFlag.valueOf(words[0]));
            });
      }
    }

    private static void attempt(Step step) {
      try {
        System.out.println(step.take());
      } catch (MmanException e) {
        System.out.println(e.call() + " " + e.error());
      }
    }
  }

  /** Checks the results of steps, and the sizes and positions of the calls. */
  private void assertMoves(String results, String calls, String injection, String... steps)
      throws IOException {
    Path path = Samples.file(folder, 150);
    Path trace = folder.resolve("trace");
    String[] arguments = new String[steps.length + 1];
    arguments[0] = path.toString();
    System.arraycopy(steps, 0, arguments, 1, steps.length);
    List<String> lines =
        ChildJvm.of(Mover.class)
            .under("strace", "-f", "-qq", "-v", "-s", "0", "-e", "signal=none")
            .under("-o", trace.toString(), "-P", path.toString())
            .under("-e", "trace=" + READS + "," + WRITES, "-e", "inject=" + injection)
            .run(arguments)
            .lines();
    assertEquals(results + ", " + results, String.join(", ", lines));
    assertEquals(calls + ", " + calls, calls(trace));
  }

  private static String calls(Path trace) throws IOException {
    return Files.readAllLines(trace).stream()
        .map(
            line ->
                line.replaceFirst(".*?(\\d+)(?:\\}\\], 1)?, (\\d+)(?:, RWF_\\w+)?\\) .*", "$1@$2"))
        .collect(Collectors.joining(", "));
  }

  @Test
  void aPartIsCompleted() throws IOException {
    assertMoves(
        "100, 100, 100, 100",
        "100@1, 90@11, 100@2, 90@12, 100@3, 90@13, 100@4, 90@14",
        READS + "," + WRITES + ":retval=10:when=1",
        "read:1",
        "nowait:2",
        "write:3",
        "DSYNC:4");
  }

  /** Another writer may have appended something in between. */
  @Test
  void aPartThatIsAppendedIsNotCompleted() throws IOException {
    assertMoves("10, 100", "100@1, 100@2", WRITES + ":retval=10:when=1", "APPEND:1", "APPEND:2");
  }

  /** The end of the file is reached first, so the second call finds the error. */
  @Test
  void anErrorAfterAPartIsReportedByTheNextTransfer() throws IOException {
    assertMoves(
        "50, preadv2 EIO, 50",
        "100@100, 50@150, 100@100, 100@100, 50@150",
        "preadv2:error=EIO:when=2..3",
        "hipri:100",
        "hipri:100",
        "hipri:100");
  }

  @Test
  void aReadThatWouldWaitReturnsThePart() throws IOException {
    assertMoves(
        "50, -1, 50",
        "100@100, 50@150, 100@100, 100@100, 50@150",
        "preadv2:error=EAGAIN:when=2..3",
        "nowait:100",
        "nowait:100",
        "nowait:100");
  }

  @Test
  void onlyNowaitTurnsEagainIntoAResult() throws IOException {
    assertMoves(
        "pread EAGAIN, preadv2 EAGAIN, pwrite EAGAIN, -1",
        "100@0, 100@0, 100@0, 100@0",
        READS + "," + WRITES + ":error=EAGAIN:when=1",
        "read:0",
        "hipri:0",
        "write:0",
        "NOWAIT:0");
  }

  /** A device that takes nothing would otherwise be asked for ever. */
  @Test
  void aWriteThatMovesNothingEnds() throws IOException {
    assertMoves("0", "100@0", WRITES + ":retval=0:when=1", "write:0");
  }
}
