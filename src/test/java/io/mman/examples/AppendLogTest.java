package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppendLogTest {
  private static final long MAX = 1L << 40;
  private static final int HEADER = 8;

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void choosePath() {
    path = folder.resolve("log");
  }

  /** Appends and syncs numbers until it is killed, and prints those that are on the disk. */
  static class Writer {
    public static void main(String... arguments) {
      try (AppendLog log = AppendLog.open(Path.of(arguments[0]), MAX)) {
        for (int number = 0; ; number++) {
          log.append(bytes("record " + number));
          log.sync();
          System.out.println(number);
        }
      }
    }
  }

  @Test
  void recordsAreThereInOrderWhenTheLogIsOpenedAgain() throws IOException {
    write("one", "", "three");
    write("four");

    assertEquals(List.of("one", "", "three", "four"), read());
    assertEquals(4 * HEADER + 12, Files.size(path)); // no room is left after the last one
  }

  @Test
  void logGrowsByManySteps() {
    byte[] record = new byte[100_000];
    try (AppendLog log = AppendLog.open(path, MAX)) {
      for (int i = 0; i < 50; i++) {
        Arrays.fill(record, (byte) i);
        log.append(record);
      }
    }
    List<byte[]> found = new ArrayList<>();
    try (AppendLog log = AppendLog.open(path, MAX)) {
      log.forEach(found::add);
    }
    assertTrue(50L * record.length > 4 * AppendLog.STEP);
    assertEquals(50, found.size());
    for (int i = 0; i < 50; i++) {
      Arrays.fill(record, (byte) i);
      assertTrue(Arrays.equals(record, found.get(i)), "record " + i);
    }
  }

  @Test
  void tailTruncatedAnywhereIsRemoved() throws IOException {
    write("first", "last");
    byte[] whole = Files.readAllBytes(path);
    int first = HEADER + 5;
    for (int length = first; length < whole.length; length++) {
      Files.write(path, Arrays.copyOf(whole, length));
      assertEquals(List.of("first"), read(), "truncated at " + length);
      assertEquals(first, Files.size(path));
    }
  }

  @Test
  void recordWithAnyWrongByteIsRemoved() throws IOException {
    write("first", "last");
    byte[] whole = Files.readAllBytes(path);
    int first = HEADER + 5;
    for (int at = first; at < whole.length; at++) {
      byte[] wrong = whole.clone();
      wrong[at] ^= (byte) 0x80;
      Files.write(path, wrong);
      assertEquals(List.of("first"), read(), "wrong at " + at);
    }
  }

  @Test
  void zerosAfterTheLastRecordAreNoRecords() throws IOException {
    write("only");
    byte[] whole = Files.readAllBytes(path);
    Files.write(path, Arrays.copyOf(whole, 5000)); // as a crash leaves a file that had grown

    assertEquals(List.of("only"), read());
  }

  @Test
  void recordAfterATruncatedOneDoesNotComeBack() throws IOException {
    write("aaa", "bbb", "ccc");
    byte[] torn = Files.readAllBytes(path);
    torn[HEADER + 3 + HEADER] ^= 1; // in bbb; ccc is whole
    Files.write(path, torn);
    try (AppendLog log = AppendLog.open(path, MAX)) {
      log.append(bytes("BBB"));
      Files.copy(path, folder.resolve("copy")); // what a crash would leave now
    }

    path = folder.resolve("copy");
    assertEquals(List.of("aaa", "BBB"), read());
  }

  @Test
  void syncedRecordsSurviveTheWriter() throws IOException {
    Process writer = ChildJvm.of(Writer.class).start(path.toString());
    int synced = -1;
    try (BufferedReader out = writer.inputReader()) {
      for (String line = ""; synced < 200 && line != null; line = out.readLine()) {
        synced = line.isEmpty() ? synced : Integer.parseInt(line);
      }
    } finally {
      writer.destroyForcibly();
      writer.onExit().join();
    }
    assertEquals(200, synced);
    List<String> records = read();
    assertTrue(records.size() > synced, "only " + records.size());
    assertEquals(IntStream.range(0, records.size()).mapToObj(i -> "record " + i).toList(), records);
  }

  @Test
  void secondWriterIsRefused() {
    try (AppendLog log = AppendLog.open(path, MAX)) {
      log.append(bytes("one"));
      assertThrows(IllegalStateException.class, () -> AppendLog.open(path, MAX));
      log.append(bytes("two"));
    }
    assertEquals(List.of("one", "two"), read());
  }

  @Test
  void fullLogRefusesARecordAndTakesAShorterOne() {
    long room = 2 * HEADER + 7;
    try (AppendLog log = AppendLog.open(path, room)) {
      log.append(bytes("four"));
      assertThrows(IllegalArgumentException.class, () -> log.append(bytes("four")));
      log.append(bytes("3.."));
    }
    assertEquals(List.of("four", "3.."), read());
  }

  @Test
  void programPrintsTheLog() {
    ChildJvm program = ChildJvm.of(AppendLog.class);

    assertEquals(List.of("a", "b c"), program.run(path.toString(), "a", "b c").lines());
    assertEquals(List.of("a", "b c", "d"), program.run(path.toString(), "d").lines());
  }

  private void write(String... records) {
    try (AppendLog log = AppendLog.open(path, MAX)) {
      for (String record : records) {
        log.append(bytes(record));
      }
    }
  }

  private List<String> read() {
    List<String> records = new ArrayList<>();
    try (AppendLog log = AppendLog.open(path, MAX)) {
      log.forEach(record -> records.add(new String(record, StandardCharsets.UTF_8)));
    }
    return records;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
