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
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The system calls that reads and writes make, with their sizes, positions and flags. */
class NativeFileTransferStraceTest {
  private static final String TRACED = "pread64,preadv2,pwrite64,pwritev2";
  private static final int MIB = 1 << 20;

  /** The name, the size and the position of a call without flags. */
  private static final Pattern PLAIN =
      Pattern.compile("(\\w+)\\(\\d+, \"\"\\.{3}, (\\d+), (\\d+)\\) .*");

  /** The same of a call with flags, and the flags. */
  private static final Pattern FLAGGED =
      Pattern.compile(
          "(\\w+)\\(\\d+, \\[\\{iov_base=\"\"\\.{3}, iov_len=(\\d+)\\}\\], 1, (\\d+), (.*)\\) .*");

  @TempDir Path folder;

  @BeforeAll
  static void requireStrace() {
    Requirements.requireTracing();
  }

  /** Makes each transfer once; those that fail are printed. */
  static class Worker {
    private static NativeFile file;

    public static void main(String... arguments) {
      file = NativeFile.open(Path.of(arguments[0]), WRITE);
      MemorySegment memory = Arena.global().allocate(2 * MIB + 5);
      MemorySegment heap = MemorySegment.ofArray(new byte[2 * MIB + 5]);
      for (MemorySegment each : List.of(memory, heap)) {
        file.read(3, each.asSlice(0, 10));
        file.read(3, each.asSlice(0, 11), ReadFlag.HIPRI);
        file.read(3, each.asSlice(0, 12), ReadFlag.NOWAIT, ReadFlag.HIPRI);
        file.write(4, each.asSlice(0, 13));
        file.write(4, each.asSlice(0, 14), WriteFlag.DSYNC);
        file.write(4, each.asSlice(0, 15), WriteFlag.SYNC, WriteFlag.DSYNC);
        file.write(5, each);
        file.write(6, each, WriteFlag.APPEND);
        refused(() -> file.write(7, each, WriteFlag.ATOMIC));
        file.read(8, each);
        refused(() -> file.write(-1, each));
        refused(() -> file.read(Long.MAX_VALUE, each));
        refused(() -> file.read(0, each.asReadOnly()));
        file.read(0, each.asSlice(0, 0), ReadFlag.HIPRI);
      }
      file.close();
      refused(() -> file.read(0, heap));
    }

    private static void refused(Runnable action) {
      try {
        action.run();
        System.out.println("made");
      } catch (RuntimeException e) {
        System.out.println(e.getClass().getSimpleName());
      }
    }
  }

  @Test
  void noFlagIsDroppedAndNothingIsSplitThatMustNotBe() throws IOException {
    Path path = Samples.file(folder, 100);
    Path trace = folder.resolve("trace");
    List<String> out =
        ChildJvm.of(Worker.class)
            .under(
                "strace", "-f", "-qq", "-v", "-s", "0", "-e", "signal=none", "-o", trace.toString())
            .under("-e", "trace=" + TRACED, "-P", path.toString())
            .run(path.toString())
            .lines();

    String illegal = "IllegalArgumentException";
    List<String> refusals = List.of("MmanException", illegal, illegal, illegal);
    List<String> expected = new ArrayList<>(refusals);
    expected.addAll(refusals);
    expected.add("IllegalStateException");
    assertEquals(expected, out);
    assertEquals(String.join("\n", expectedCalls()), String.join("\n", calls(trace)));
  }

  private static List<String> expectedCalls() {
    List<String> small =
        List.of(
            "pread64 10 3",
            "preadv2 11 3 RWF_HIPRI",
            "preadv2 12 3 RWF_HIPRI|RWF_NOWAIT",
            "pwrite64 13 4",
            "pwritev2 14 4 RWF_DSYNC",
            "pwritev2 15 4 RWF_DSYNC|RWF_SYNC");
    int all = 2 * MIB + 5;
    List<String> calls = new ArrayList<>(small);
    calls.add("pwrite64 " + all + " 5");
    calls.add("pwritev2 " + all + " 6 RWF_APPEND");
    calls.add("pwritev2 " + all + " 7 RWF_ATOMIC");
    calls.add("pread64 " + all + " 8");
    calls.addAll(small);
    calls.addAll(pieces("pwrite64", 5));
    calls.add("pwritev2 " + all + " 6 RWF_APPEND");
    calls.add("pwritev2 " + all + " 7 RWF_ATOMIC");
    calls.addAll(pieces("pread64", 8));
    return calls;
  }

  private static List<String> pieces(String call, int position) {
    return List.of(
        call + " " + MIB + " " + position,
        call + " " + MIB + " " + (position + MIB),
        call + " 5 " + (position + 2 * MIB));
  }

  private static List<String> calls(Path trace) throws IOException {
    List<String> calls = new ArrayList<>();
    for (String line : Files.readAllLines(trace)) {
      String call = line.replaceFirst("^\\d+ +", "");
      Matcher plain = PLAIN.matcher(call);
      Matcher flagged = FLAGGED.matcher(call);
      if (plain.matches()) {
        call = plain.replaceFirst("$1 $2 $3");
      } else if (flagged.matches()) {
        // Versions of strace that do not know the flag show its number.
        call = flagged.replaceFirst("$1 $2 $3 $4").replaceFirst("0x40 .*", "RWF_ATOMIC");
      }
      calls.add(call);
    }
    return calls;
  }
}
