package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Mman;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TruncationTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;

  private Command.Outcome run(String... options) {
    return ChildJvm.of(Truncation.class)
        .options("-Djava.io.tmpdir=" + folder)
        .options(options)
        // The current folder, too, is one where nothing may be left.
        .under("env", "--chdir=" + folder)
        .run();
  }

  @Test
  void oneJvmEndsAndTheOtherGoesOn() throws IOException {
    assumeTrue(Mman.survivesBusErrors());
    Command.Outcome outcome = run();
    List<String> lines = outcome.lines();
    long pages = 48 * MIB / Mman.pageSize();

    assertEquals(12, lines.size(), outcome::out);
    assertTrue(lines.get(1).startsWith("  FileChannel.map cannot survive this: "), lines.get(1));
    assertEquals("The other JVM has mapped it with FileChannel.map:", lines.get(3));
    assertTrue(lines.get(4).startsWith("  it has crashed: SIGBUS (0x7) at pc="), lines.get(4));
    assertEquals("  exit code 1", lines.get(5));
    assertEquals(
        "The other JVM has mapped it with Mapping.file(path).surviveBusErrors():", lines.get(7));
    assertEquals("  4 threads have read lost pages, and continue", lines.get(8));
    String lost = pages + " pages lost, the first at byte " + 16 * MIB;
    assertTrue(lines.get(9).endsWith(lost), lines.get(9));
    assertEquals("  the pages have been restored after the file was extended again", lines.get(10));
    assertEquals("  exit code 0", lines.get(11));
    assertEquals("", outcome.err());
    assertNothingIsLeft();
  }

  @Test
  void itSaysWhereRegionsCannotSurvive() throws IOException {
    List<String> lines = run("-Dio.mman.busErrors=deny").lines();

    assertTrue(lines.get(4).startsWith("  it has crashed: SIGBUS"), lines.get(4));
    assertEquals("  Not possible here: Mman.survivesBusErrors() returns false", lines.getLast());
    assertNothingIsLeft();
  }

  private void assertNothingIsLeft() throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }
}
