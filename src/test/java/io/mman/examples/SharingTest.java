package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharingTest {
  @TempDir static Path folder;
  private static Command.Outcome outcome;
  private static List<String> lines;

  @BeforeAll
  static void run() {
    outcome = ChildJvm.of(Sharing.class).options("-Djava.io.tmpdir=" + folder).run();
    lines = outcome.lines().stream().map(line -> line.strip().replaceAll(" +", " ")).toList();
  }

  @Test
  void childSeesSharedStoresAtOnceAndKeepsItsPrivateCopy() {
    List<String> rows =
        lines.stream().filter(line -> line.matches("(parent|child) \\d+ .*")).toList();
    String parent = rows.getFirst().split(" ")[1];
    String child = rows.get(1).split(" ")[1];

    assertNotEquals(parent, child);
    assertEquals(
        List.of(
            "parent " + parent + " string 1 string 1 string 1 string 1 string 1",
            "child " + child + " string 1 string 1 string 1 - -",
            "parent " + parent + " string 2 string 2 string 2 string 2 string 2",
            "child " + child + " string 2 string 2 string 1 - -"),
        rows);
    assertTrue(outcome.out().contains("/proc/" + parent + "/fd/"), outcome::out);
    assertEquals("", outcome.err());
  }

  @Test
  void fileHoldsTheSharedStoresOnlyAndIsRemoved() throws IOException {
    List<String> found = lines.stream().filter(line -> line.contains("Files.readString")).toList();

    assertEquals(
        List.of(
            "The parent syncs its shared mapping: Files.readString finds \"string 2\"",
            "It stores \"string 3\" in the private one: Files.readString finds \"string 2\""),
        found);
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }
}
