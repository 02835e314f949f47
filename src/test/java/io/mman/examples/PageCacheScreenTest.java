package io.mman.examples;

import static io.mman.examples.PageCacheRuns.program;
import static io.mman.examples.PageCacheRuns.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.examples.PageCacheFiles.FoundFile;
import io.mman.testing.BelowTarget;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page cache tool prints on a terminal. */
class PageCacheScreenTest {
  private static final String ERASE = "\r\u001b[K";
  private static final String GREEN = "\u001b[32m";

  /** Runs a program on a terminal of a width, and copies what it prints. */
  private static final String TERMINAL =
      """
      import fcntl, os, pty, struct, sys, termios
      pid, terminal = pty.fork()
      if pid == 0:
          fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, int(sys.argv[1]), 0, 0))
          os.execvp(sys.argv[2], sys.argv[2:])
      try:
          while data := os.read(terminal, 65536):
              os.write(1, data)
      except OSError:
          pass
      sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
      """;

  @TempDir(factory = BelowTarget.class)
  Path folder;

  /** Returns what remains on the terminal, without the progress that a slow machine shows. */
  private static String onTerminal(int columns, Path file, String... settings) {
    Requirements.requirePrograms("python3");
    return program()
        .under("env", "-u", "COLUMNS", "-u", "NO_COLOR", "TERM=xterm")
        .under(settings)
        .under("python3", "-c", TERMINAL, Integer.toString(columns))
        .run("-tv", file.toString())
        .success()
        .replaceAll("(\r\u001b\\[Kpages [^\r]*)+\r\u001b\\[K", "");
  }

  private static String cells(String line) {
    return line.substring(line.indexOf('[') + 1, line.indexOf(']'));
  }

  private Path write(String name, int bytes) throws IOException {
    return Files.write(folder.resolve(name), new byte[bytes]);
  }

  @Test
  void barsFitTheTerminal() throws IOException {
    Path file = write("n".repeat(100), 1 << 20);
    for (int columns : new int[] {40, 80, 200}) {
      List<String> lines = onTerminal(columns, file, "NO_COLOR=1").lines().toList();

      String line = lines.getFirst();
      assertEquals(columns / 3 - 2, cells(line).length(), line);
      // The ellipsis is one column of three bytes, which are read as characters here.
      assertTrue(line.replace("\u00e2\u0080\u00a6", "~").length() <= columns, line);
      assertTrue(line.endsWith("nnn"), line);
      assertTrue(lines.getLast().startsWith("1 file, 1.0 MiB: "), lines::toString);
    }
  }

  @Test
  void givenColumnsPrecedeThoseOfTheTerminal() throws IOException {
    Path file = write("file", 1 << 20);
    String text = onTerminal(200, file, "NO_COLOR=1", "COLUMNS=60");

    assertEquals("O".repeat(18), cells(text));
  }

  @Test
  void terminalIsColouredUnlessToldOtherwise() throws IOException {
    Path file = write("file", 1);

    String coloured = onTerminal(80, file);
    assertTrue(coloured.startsWith("[" + GREEN + "O\u001b[39m] "), coloured);
    for (String setting : new String[] {"NO_COLOR=1", "TERM=dumb"}) {
      assertFalse(onTerminal(80, file, setting).contains("\u001b"));
    }
    assertFalse(program().run("-tv", file.toString()).success().contains("\u001b"));
  }

  @Test
  void longNamesLoseTheirBeginningOnATerminalOnly() throws IOException {
    Path file = write("\u6f22\ud83d\ude00".repeat(20), 1); // each of them takes two columns
    Screen narrow = new Screen(true, false, 40, false);

    String start = "[O]" + " ".repeat(10) + " 100% ";
    String end = "\u6f22\ud83d\ude00".repeat(5);
    assertEquals(start + "\u2026" + end, run(narrow, "-tv", file).lines().getFirst());
    assertTrue(run("-tv", file).lines().getFirst().endsWith(" " + file));
  }

  @Test
  void controlCharactersDoNotReachTheTerminal() throws IOException {
    write("new\nline", 0);
    write("red\u001b[31m", 0);
    List<String> lines = run("-v", folder).lines();

    assertTrue(lines.get(0).endsWith("/new\\nline"), lines.get(0));
    assertTrue(lines.get(1).endsWith("/red\\x1b[31m"), lines.get(1));
  }

  @Test
  void progressIsOneLineThatIsRewrittenAndErased() throws IOException {
    AtomicLong clock = new AtomicLong();
    StringWriter err = new StringWriter();
    Screen screen = new Screen(false, true, 80, false);
    Console console = new Console(new StringWriter(), err, screen);
    FoundFile file = new FoundFile(folder, 3 << 20);
    try (PageCacheProgress progress = new PageCacheProgress(console, screen, clock::get)) {
      progress.found(2);
      progress.begin(List.of(file, file));
      progress.bytesDone(6 << 20);
      progress.fileDone();
      progress.fileDone();
      clock.set(1_000_000_000);
    }

    String text = err.toString();
    assertTrue(text.startsWith(ERASE + "pages ") && text.endsWith(ERASE), text);
    assertTrue(text.contains(" 6/6 MiB ") && text.contains(" 2 of 2 files"), text);
    for (String line : text.split(ERASE.replace("[", "\\["))) {
      assertTrue(line.length() < 80 && !line.contains("\n"), line);
    }
  }

  @Test
  void shortWorkHasNoProgress() throws IOException {
    Path file = write("file", 1);
    StringWriter err = new StringWriter();
    Screen screen = new Screen(false, true, 80, false);
    Console console = new Console(new StringWriter(), err, screen);
    try (PageCacheProgress progress = new PageCacheProgress(console, screen, () -> 0)) {
      progress.begin(List.of(new FoundFile(file, 1)));
    }

    assertEquals("", err.toString());
  }

  @Test
  void linesEraseTheProgressFirst() throws IOException {
    StringWriter both = new StringWriter();
    Console console = new Console(both, both, new Screen(true, true, 80, false));
    console.rewrite("1%");
    console.out("a line");
    console.rewrite("2%");
    console.err("an error");
    console.erase();

    assertEquals(
        ERASE + "1%" + ERASE + "a line\n" + ERASE + "2%" + ERASE + "an error\n", both.toString());
  }
}
