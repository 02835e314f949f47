package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Mman;
import io.mman.testing.ChildJvm;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileIndexTest {
  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("text"), text);
  }

  @Test
  void everyLineIsFoundByItsNumber() throws IOException {
    Random random = new Random(42);
    List<String> lines =
        IntStream.range(0, 5000).mapToObj(i -> i + "é".repeat(random.nextInt(30))).toList();
    try (FileIndex index = FileIndex.open(file(String.join("\n", lines) + "\n"))) {
      assertEquals(5000, index.lines());
      for (int i : random.ints(2000, 0, 5000).toArray()) {
        assertEquals(lines.get(i), index.line(i));
      }
      assertEquals(lines.getLast(), index.line(4999));
    }
  }

  @Test
  void rangeOfLinesIsPassedOnInOrder() throws IOException {
    List<String> lines = IntStream.range(0, 100).mapToObj(i -> "line " + i).toList();
    try (FileIndex index = FileIndex.open(file(String.join("\n", lines)))) {
      for (int[] range : new int[][] {{0, 100}, {17, 18}, {15, 49}, {99, 100}, {100, 100}}) {
        List<String> found = new ArrayList<>();
        index.forEach(range[0], range[1], found::add);
        assertEquals(lines.subList(range[0], range[1]), found);
      }
    }
  }

  @Test
  void linesEndWithALineFeedOrTheFile() throws IOException {
    for (String text : List.of("", "\n", "a", "a\n", "\na", "a\n\n\nb")) {
      try (FileIndex index = FileIndex.open(file(text))) {
        assertEquals(text.lines().count(), index.lines(), text);
        String all =
            IntStream.range(0, (int) index.lines())
                .mapToObj(index::line)
                .collect(Collectors.joining("|"));
        assertEquals(text.lines().collect(Collectors.joining("|")), all);
      }
    }
  }

  /** So many that the index grows, which has 8 bytes for every 16th. */
  @Test
  void millionsOfLinesAreCounted() throws IOException {
    int lines = 2 * (1 << 20) / 8 * 16 + 1000;
    try (FileIndex index = FileIndex.open(file("\n".repeat(lines - 1) + "last"))) {
      assertEquals(lines, index.lines());
      assertEquals("last", index.line(lines - 1));
      assertEquals("", index.line(lines - 2));
    }
  }

  @Test
  void lineThatIsNotThereIsRefused() throws IOException {
    try (FileIndex index = FileIndex.open(file("one\n"))) {
      assertThrows(IndexOutOfBoundsException.class, () -> index.line(1));
      assertThrows(IndexOutOfBoundsException.class, () -> index.line(-1));
      assertThrows(IndexOutOfBoundsException.class, () -> index.forEach(0, 2, line -> {}));
    }
  }

  @Test
  void programPrintsTheLinesAskedFor() throws IOException {
    List<String> lines =
        ChildJvm.of(FileIndex.class).run(file("a\nb\nc").toString(), "2", "0").lines();

    assertTrue(lines.getFirst().matches("3 lines, indexed in \\d+\\.\\d\\d s"), lines::toString);
    assertEquals(List.of("c", "a"), lines.subList(1, 3));
  }

  /** Prints the lines from the middle of a file to its end. */
  static class SecondHalf {
    public static void main(String... arguments) {
      try (FileIndex index = FileIndex.open(Path.of(arguments[0]))) {
        index.forEach(index.lines() / 2, index.lines(), line -> {});
      }
    }
  }

  @Test
  void kernelIsAdvisedForEachWayOfReading() throws IOException {
    Requirements.requireTracing();
    Path trace = folder.resolve("trace");
    Path text = file("1234567\n".repeat(40_000)); // 320,000 bytes
    ChildJvm.of(SecondHalf.class)
        .under("strace", "-f", "-qq", "-o", trace.toString(), "-e", "trace=madvise")
        .run(text.toString())
        .success();
    List<String> advice =
        Files.readAllLines(trace).stream()
            .filter(line -> line.matches(".*MADV_(SEQUENTIAL|RANDOM|WILLNEED).*"))
            .map(line -> line.replaceFirst(".*, (\\d+), MADV_(\\w+)\\).*", "$2 $1"))
            .toList();

    // From byte 160,000 on: two pieces of at most 128 KiB, the first of which starts inside a page.
    long head = 160_000 % Mman.pageSize();
    long piece = (128 << 10) + head;
    long rest = 160_000 - (128 << 10) + (160_000 + (128 << 10)) % Mman.pageSize();
    assertEquals(
        List.of("SEQUENTIAL 320000", "RANDOM 320000", "WILLNEED " + piece, "WILLNEED " + rest),
        advice);
  }
}
