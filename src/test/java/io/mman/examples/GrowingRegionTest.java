package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.BelowTarget;
import io.mman.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowingRegionTest {
  private static final Pattern ROW =
      Pattern.compile(
          "  +(\\d+) MiB  \\[(O+) *]  at (\\p{XDigit}+); the first view shows +(\\d+) MiB, after"
              + " .*");

  @TempDir(factory = BelowTarget.class)
  Path folder;

  @Test
  void firstViewShowsEachSizeAndTheRegionStaysInPlace() throws IOException {
    String text =
        ChildJvm.of(GrowingRegion.class).options("-Djava.io.tmpdir=" + folder).run().success();
    List<MatchResult> rows = ROW.matcher(text).results().toList();
    List<String> sizes = List.of("2", "4", "8", "16", "32", "64");

    assertTrue(text.contains("\n  FileChannel.map cannot do this: "), text);
    assertEquals(sizes, rows.stream().map(row -> row.group(1)).toList(), text);
    assertEquals(sizes, rows.stream().map(row -> row.group(4)).toList(), text);
    assertEquals(1, rows.stream().map(row -> row.group(3)).distinct().count(), text);
    assertEquals(
        List.of(1, 2, 4, 8, 16, 32), rows.stream().map(row -> row.group(2).length()).toList());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }
}
