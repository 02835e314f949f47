package io.mman.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestingTest {
  @TempDir Path folder;

  /** Run by the tests below. */
  static class Echo {
    public static void main(String... arguments) {
      System.out.println(Echo.class.getModule() + " " + List.of(arguments));
      System.err.println("noise");
      System.exit(Integer.parseInt(arguments[0]));
    }
  }

  @Test
  void childJvmGivesExitCodeAndBothStreams() {
    Command.Outcome outcome = ChildJvm.of(Echo.class).run("3", "x y");

    assertEquals(3, outcome.exitCode());
    assertTrue(outcome.out().matches("unnamed module .* \\[3, x y]\\R"), outcome.out());
    assertEquals("noise\n", outcome.err());
    assertThrows(AssertionError.class, outcome::success);
  }

  @Test
  void childJvmRunsInTheModuleAndUnderAnotherProgram() {
    ChildJvm child = ChildJvm.of(Echo.class).asModule().under("env", "LANG=C");

    assertEquals(List.of("module io.mman [0]"), child.run("0").lines());
  }

  @Test
  void mapsFindsAFileByAddressWithItsFigures() throws IOException {
    Path file = Files.write(folder.resolve("a name with blanks"), new byte[3 * 4096]);
    MemorySegment mapped;
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      mapped = channel.map(MapMode.READ_ONLY, 4096, 8192, arena);
      ProcMaps.Area area = ProcMaps.figuresOf(mapped.asSlice(4096));

      assertEquals(mapped.address(), area.start());
      assertEquals(8192, area.size());
      assertEquals("r--s", area.perms());
      assertEquals(4096, area.offset());
      assertEquals(file.toString(), area.path());
      assertEquals(8192, area.figure("Size"));
      assertTrue(area.vmFlags().contains("mr"), area::toString);
      assertEquals(area.start(), ProcMaps.of(mapped).start());
    }
    assertTrue(ProcMaps.find(mapped.address()).isEmpty());
    assertFalse(ProcMaps.all().isEmpty());
  }

  @Test
  void mapsFindsAFileWhateverNameItShows() throws IOException {
    Path file = Files.write(folder.resolve("shown"), new byte[1]);
    Path link = Files.createLink(folder.resolve("other"), file);
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, 1, arena);

      assertEquals(List.of(ProcMaps.of(mapped)), ProcMaps.ofFile(link));
      assertEquals(file.toString(), ProcMaps.of(mapped).path());
    }
    assertEquals(List.of(), ProcMaps.ofFile(link));
  }

  @Test
  void openFilesShowsWhatIsOpen() throws IOException {
    Path file = Files.createFile(folder.resolve("open"));
    int before = OpenFiles.count();
    try (InputStream in = Files.newInputStream(file)) {
      assertEquals(-1, in.read());
      assertTrue(OpenFiles.all().containsValue(file.toString()));
      assertEquals(before + 1, OpenFiles.count());
    }
    assertEquals(before, OpenFiles.count());
  }

  @Test
  void cProgramPrintsLines() {
    String source =
        """
        #include <stdio.h>
        int main(void) { printf("%d\\nend\\n", 6 * 7); return 0; }
        """;

    assertEquals(List.of("42", "end"), CProgram.run(folder, source));
  }
}
