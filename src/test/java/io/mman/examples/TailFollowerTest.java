package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertIterableEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Mman;
import io.mman.testing.ChildJvm;
import io.mman.testing.Samples;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is delivered of a file that changes between two polls. */
class TailFollowerTest {
  @TempDir Path folder;
  private Path path;
  private Following follower;

  @BeforeEach
  void follow() {
    assumeTrue(Mman.survivesBusErrors());
    path = folder.resolve("log");
    follower = new Following(path);
  }

  @AfterEach
  void close() {
    if (follower != null) {
      follower.close();
    }
  }

  @Test
  void lineIsDeliveredOnceItIsComplete() throws IOException {
    assertEquals(List.of(), follower.poll()); // no file yet
    append("");
    assertEquals(List.of(), follower.poll());
    append("half");
    assertEquals(List.of(), follower.poll());
    append(" and half\n\nnext");
    assertEquals(List.of("half and half", ""), follower.poll());
    assertEquals(List.of(), follower.poll());
    append("\nü\u20ac");
    assertEquals(List.of("next"), follower.poll());
    append("\n");
    assertEquals(List.of("ü\u20ac"), follower.poll());
  }

  @Test
  void lineMayBeLongerThanABatch() throws IOException {
    String half = "x".repeat(3 << 20);
    append("first\n" + half);
    assertEquals(List.of("first"), follower.pollAll());
    append(half + "\nlast\n");
    assertIterableEquals(List.of(half + half, "last"), follower.pollAll());
  }

  @Test
  void slowReaderGetsBatches() throws IOException {
    List<String> lines = lines(0, 200_000);
    append(lines);
    List<String> batch = follower.poll();
    assertTrue(batch.size() < 150_000, batch.size() + " lines at once");
    List<String> all = new ArrayList<>(batch);
    all.addAll(follower.pollAll());
    assertIterableEquals(lines, all);
  }

  @Test
  void truncatedFileIsReadFromItsNewBeginning() throws IOException {
    append(lines(0, 1000));
    assertIterableEquals(lines(0, 1000), follower.pollAll());
    append("torn");
    assertEquals(List.of(), follower.poll());
    Samples.resize(path, 0);
    assertEquals(List.of(), follower.poll());
    append(lines(1000, 1010));
    assertEquals(lines(1000, 1010), follower.poll());
  }

  @Test
  void truncationIsNoticedAlthoughTheFileHasGrownAgain() throws IOException {
    for (int lines : new int[] {1, 1000}) { // in the first page, and after it
      append(lines(0, lines));
      assertEquals(lines(0, lines), follower.pollAll());
      for (int round = 0; round < 3; round++) {
        Samples.resize(path, 0);
        append(lines(10_000, 10_000 + lines)); // of 5 digits: longer
        append("torn");
        assertEquals(lines(10_000, 10_000 + lines), follower.pollAll());
      }
      Samples.resize(path, 0);
      assertEquals(List.of(), follower.poll());
    }
  }

  @Test
  void linesThatATruncatedFileHasKeptAreNotDeliveredAgain() throws IOException {
    append(lines(0, 1000));
    append("torn");
    long end = Files.size(path);
    assertIterableEquals(lines(0, 1000), follower.pollAll());
    Samples.resize(path, end - 4); // as a writer does after a crash
    assertEquals(List.of(), follower.poll());
    append("whole\n");
    assertEquals(List.of("whole"), follower.poll());
    Samples.resize(path, end - 4 - "99\n".length()); // "line 999" becomes "line 9"
    assertEquals(List.of(), follower.poll());
    append("00\n");
    assertEquals(List.of("line 900"), follower.poll());
  }

  @Test
  void linesThatAreTruncatedBeforeTheyAreReadAreLostOnly() throws IOException {
    List<String> lines = lines(0, 200_000);
    append(lines);
    List<String> all = new ArrayList<>(follower.poll());
    int kept = 150_000;
    Samples.resize(path, bytes(lines.subList(0, kept)));
    all.addAll(follower.pollAll());
    append("next\n");
    all.addAll(follower.pollAll());
    List<String> expected = new ArrayList<>(lines.subList(0, kept));
    expected.add("next");
    assertIterableEquals(expected, all);
  }

  @Test
  void renamedFileIsReadToItsEndBeforeItsSuccessor() throws IOException {
    append(lines(0, 10));
    assertEquals(lines(0, 10), follower.poll());
    Path old = Files.move(path, folder.resolve("log.1"));
    append(old, text(lines(10, 20)));
    assertEquals(lines(10, 20), follower.poll()); // without a successor
    append(""); // the writer does not know it yet
    append(old, text(lines(20, 30)));
    assertEquals(lines(20, 30), follower.poll());
    append(old, text(lines(30, 40)));
    append(lines(40, 50));
    assertEquals(lines(30, 50), follower.poll());
    append(lines(50, 60));
    assertEquals(lines(50, 60), follower.poll());
  }

  @Test
  void successorWaitsForAllBatchesOfTheOldFile() throws IOException {
    append(lines(0, 200_000));
    List<String> all = new ArrayList<>(follower.poll());
    Files.move(path, folder.resolve("log.1"));
    append(lines(200_000, 200_010));
    all.addAll(follower.pollAll());
    assertIterableEquals(lines(0, 200_010), all);
  }

  @Test
  void deletedFileMayComeBack() throws IOException {
    append(lines(0, 10));
    assertEquals(lines(0, 10), follower.poll());
    Files.delete(path);
    assertEquals(List.of(), follower.poll());
    append(lines(10, 12)); // would reuse the inode if nobody had the old file open
    assertEquals(lines(10, 12), follower.poll());
    Files.delete(path);
    append(lines(12, 14));
    assertEquals(lines(12, 14), follower.poll());
  }

  @Test
  void programPrintsTheLines() throws IOException {
    append(lines(0, 3));
    Process program = ChildJvm.of(TailFollower.class).start(path.toString());
    try (BufferedReader out = program.inputReader()) {
      for (String line : lines(0, 3)) {
        assertEquals(line, out.readLine());
      }
      append("more\n");
      assertEquals("more", out.readLine());
    } finally {
      program.destroyForcibly();
    }
  }

  private static List<String> lines(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "line " + i).toList();
  }

  private static String text(List<String> lines) {
    return String.join("\n", lines) + "\n";
  }

  private static long bytes(List<String> lines) {
    return text(lines).length();
  }

  private void append(List<String> lines) throws IOException {
    append(text(lines));
  }

  private void append(String text) throws IOException {
    append(path, text);
  }

  private static void append(Path path, String text) throws IOException {
    Files.writeString(path, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
