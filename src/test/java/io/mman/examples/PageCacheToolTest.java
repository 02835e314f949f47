package io.mman.examples;

import static io.mman.examples.PageCacheRuns.program;
import static io.mman.examples.PageCacheRuns.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Mman;
import io.mman.testing.BelowTarget;
import io.mman.testing.Command;
import io.mman.testing.Requirements;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageCacheToolTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir(factory = BelowTarget.class)
  Path folder;

  private Path three;

  @BeforeEach
  void writeFiles() throws IOException {
    three = write("three", 3 * PAGE);
    Files.createDirectories(folder.resolve("a/b"));
    write("a/b/two", PAGE + 1);
  }

  private Path write(String name, long size) throws IOException {
    return Files.write(folder.resolve(name), new byte[(int) size]);
  }

  /** The line at the end, where all pages are in memory or none. */
  private static String totals(long files, long folders, long bytes, long resident, long pages) {
    return String.format(
        Locale.ROOT,
        "%d file%s%s, %.1f KiB: %d of %d pages in memory, %s, %d%%",
        files,
        files == 1 ? "" : "s",
        folders == 0 ? "" : folders == 1 ? " in 1 folder" : " in " + folders + " folders",
        bytes / 1024.0,
        resident,
        pages,
        resident == 0 ? "0 bytes" : "%.1f KiB".formatted(bytes / 1024.0),
        100 * resident / pages);
  }

  @Test
  void foldersAreSearchedAndTotalsAreRight() {
    String all = totals(2, 3, 4 * PAGE + 1, 5, 5);

    assertEquals(new Command.Outcome(0, all + "\n", ""), run("--touch", folder));
    assertEquals(new Command.Outcome(0, all + "\n", ""), run(folder));
  }

  @Test
  void evictedPagesAreNotResidentAndTouchedOnesAre() {
    String evicted = run("--evict", three).success();
    assertEquals(totals(1, 0, 3 * PAGE, 0, 3) + "\n", evicted);

    String back = run("--touch", three).success();
    assertEquals(totals(1, 0, 3 * PAGE, 3, 3) + "\n", back);
  }

  @Test
  void everyFileIsDrawnIfAskedFor() {
    run("--evict", three).success();
    String wide = " ".repeat(47);
    assertEquals(
        "[   ]" + wide + "   0% 0/3         " + three, run("-v", three).lines().getFirst());

    run("--touch", three).success();
    assertEquals(
        "[OOO]" + wide + " 100% 3/3         " + three, run("-v", three).lines().getFirst());
  }

  @Test
  void linksAreLeftOutAndNamesOfOneFileCountOnce() throws IOException {
    Path links = Files.createDirectory(folder.resolve("links"));
    Files.createSymbolicLink(links.resolve("to a file"), three);
    Files.createSymbolicLink(links.resolve("to a folder"), folder);
    Files.createLink(links.resolve("hard"), three);

    assertEquals(totals(1, 1, 3 * PAGE, 3, 3) + "\n", run("-t", links, three, three).success());
  }

  @Test
  void pipesAreLeftOut() throws IOException {
    Requirements.requirePrograms("mkfifo");
    Path pipes = Files.createDirectory(folder.resolve("pipes"));
    Command.run(List.of("mkfifo", pipes.resolve("pipe").toString())).success();

    assertTrue(run("--touch", pipes).success().startsWith("0 files in 1 folder, 0 bytes: 0 of 0 "));
  }

  @Test
  void emptyFilesHaveNoPages() throws IOException {
    Path empty = write("empty", 0);

    String line = run("-v", "-t", empty).lines().getFirst();
    assertTrue(line.startsWith("[] ") && line.endsWith("   0% 0/0         " + empty), line);
  }

  @Test
  void missingFileIsReportedAndTheOthersAreDone() {
    Command.Outcome outcome = run("--touch", folder + "/missing", three);

    assertEquals(1, outcome.exitCode());
    assertEquals(totals(1, 0, 3 * PAGE, 3, 3) + "\n", outcome.out());
    assertEquals("pages: " + folder + "/missing: no such file or folder\n", outcome.err());
  }

  @Test
  void wrongUsageIsOneLineAndAHint() {
    assertRefused("No file or folder was given.", run());
    assertRefused("Unknown option: '--bogus'", run("--bogus"));
    assertRefused("Unknown option: '-x'", run("-x", three));
    assertRefused("Unknown option: '--touhc'; did you mean --touch?", run("--touhc", three));
    assertRefused(
        "--touch, --evict are mutually exclusive (specify only one)", run("-t", "-e", three));
  }

  private static void assertRefused(String reason, Command.Outcome outcome) {
    String err = "pages: " + reason + "\nTry 'pages --help' for more information.\n";
    assertEquals(new Command.Outcome(2, "", err), outcome);
  }

  @Test
  void helpListsTheExitCodes() {
    String help = run("--help").success();

    assertTrue(help.startsWith("Usage: pages [-hjvV] [-t | -e | -l] PATH...\n"), help);
    assertTrue(help.contains("  2     invalid arguments\n"), help);
    assertTrue(run("--version").success().startsWith("pages, an example of the library io.mman"));
  }

  @Test
  void whatIsNamedButLeftOutSaysWhy() throws IOException {
    Requirements.requirePrograms("mkfifo");
    Path pipe = folder.resolve("pipe");
    Command.run(List.of("mkfifo", pipe.toString())).success();
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("a"));

    assertLeftOut(pipe, "a FIFO");
    assertLeftOut(Path.of("/dev/null"), "a character device");
    assertLeftOut(link, "a symbolic link to a; name its target instead");
    Path broken = Files.createSymbolicLink(folder.resolve("broken"), Path.of("missing"));
    assertLeftOut(broken, "a symbolic link to missing, which cannot be found");
    Files.delete(broken);
    assertEquals(totals(1, 2, PAGE + 1, 2, 2) + "\n", run("-t", link + "/").success());
  }

  private static void assertLeftOut(Path path, String kind) {
    Command.Outcome outcome = run(path);

    assertEquals(1, outcome.exitCode());
    assertEquals("pages: " + path + ": skipped, because it is " + kind + "\n", outcome.err());
  }

  @Test
  void emptyNameIsNotTheCurrentFolder() {
    assertEquals("pages: \"\": no such file or folder\n", run("").err());
  }

  @Test
  void argumentWithAnAtSignIsAName() {
    assertEquals("pages: @" + three + ": no such file or folder\n", run("@" + three).err());
  }

  @Test
  void filesAreSorted() throws IOException {
    List<Path> expected = new ArrayList<>();
    for (int i = 99; i >= 10; i--) {
      expected.addFirst(write("a/" + i, 0));
    }
    expected.add(folder.resolve("a/b/two"));
    expected.add(three);
    List<String> lines = run("-v", folder).lines();

    assertEquals(expected.size() + 1, lines.size());
    for (int i = 0; i < expected.size(); i++) {
      assertTrue(lines.get(i).endsWith(" " + expected.get(i)), lines.get(i));
    }
  }

  @Test
  void fileThatIsRemovedWhileTheToolRunsIsReported() throws IOException {
    Path first = write("a/b/first", 1);
    StringWriter out =
        new StringWriter() {
          @Override
          public void write(String text) {
            super.write(text);
            assertEquals(text.endsWith(first + "\n"), three.toFile().delete());
          }
        };
    StringWriter err = new StringWriter();
    int exitCode =
        PageCacheTool.commandLine(out, err, Screen.NONE)
            .execute("-v", first.toString(), three.toString());

    assertEquals(1, exitCode);
    assertEquals("pages: " + three + ": the file no longer exists\n", err.toString());
    assertTrue(out.toString().endsWith("\n1 file, 1 byte: 1 of 1 page in memory, 1 byte, 100%\n"));
  }

  @Test
  void filesOfOthersAreCountedAsUnknown() throws IOException {
    Requirements.requireRoot();
    Files.setAttribute(three, "unix:uid", 65534);
    // Root without the capabilities that make it the owner of every file.
    String capabilities = "--bounding-set=-fowner,-dac_override,-dac_read_search";
    Command.Outcome outcome =
        program().under("setpriv", capabilities).run("--touch", "-v", folder.toString());

    assertEquals(
        List.of("[?] " + three),
        outcome.lines().stream()
            .filter(l -> l.endsWith("three"))
            .map(l -> l.replaceAll(" +", " "))
            .toList());
    assertTrue(
        outcome.out().contains("; unknown for 1 file that you neither own nor can write\n"),
        outcome::out);
  }

  @Test
  void lockedPagesStayUntilTheProgramIsStopped() throws IOException {
    Process process = program().start("--lock", three.toString());
    try (BufferedReader out = process.inputReader()) {
      assertEquals(totals(1, 0, 3 * PAGE, 3, 3), out.readLine());
      String status = Files.readString(Path.of("/proc/" + process.pid() + "/status"));
      assertTrue(status.matches("(?s).*VmLck:\\s+" + 3 * PAGE / 1024 + " kB.*"), status);
      run("--evict", three);
      assertTrue(run(three).success().contains(": 3 of 3 pages"));
    } finally {
      process.destroy();
      process.onExit().join();
    }
    assertEquals(totals(1, 0, 3 * PAGE, 0, 3) + "\n", run("--evict", three).success());
  }
}
