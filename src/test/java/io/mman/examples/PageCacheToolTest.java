package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Mman;
import io.mman.testing.BelowTarget;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Requirements;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PageCacheToolTest {
  private static final long PAGE = Mman.pageSize();
  private static final String CLASS_PATH =
      String.join(
          File.pathSeparator,
          System.getProperty("mman.classes"),
          System.getProperty("mman.testClasses"),
          CommandLine.class.getProtectionDomain().getCodeSource().getLocation().getPath());

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

  private static Command.Outcome run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> words = new ArrayList<>();
    for (Object argument : arguments) {
      words.add(argument.toString());
    }
    int exitCode =
        new CommandLine(new PageCacheTool())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(words.toArray(String[]::new));
    String news = "\\.\\.\\. .*\n"; // on a slow machine this is long work
    return new Command.Outcome(exitCode, out.toString(), err.toString().replaceAll(news, ""));
  }

  /** The line at the end, where all pages are in memory or none. */
  private static String totals(long files, long folders, long bytes, long resident, long pages) {
    return String.format(
        Locale.ROOT,
        "%d files in %d folders, %.1f KiB: %d of %d pages in memory, %s, %d%%",
        files,
        folders,
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
    assertEquals("[   ] 0/3 " + three, run("-v", three).lines().getFirst());

    run("--touch", three).success();
    assertEquals("[OOO] 3/3 " + three, run("-v", three).lines().getFirst());
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

    assertTrue(run("--touch", pipes).success().startsWith("0 files in 1 folders, 0 bytes: "));
  }

  @Test
  void emptyFilesHaveNoPages() throws IOException {
    Path empty = write("empty", 0);

    assertEquals("[] 0/0 " + empty, run("-v", "-t", empty).lines().getFirst());
  }

  @Test
  void missingFileIsReportedAndTheOthersAreDone() {
    Command.Outcome outcome = run("--touch", folder + "/missing", three);

    assertEquals(1, outcome.exitCode());
    assertEquals(totals(1, 0, 3 * PAGE, 3, 3) + "\n", outcome.out());
    assertTrue(outcome.err().contains(folder + "/missing"), outcome::err);
    assertEquals(1, outcome.err().lines().count());
  }

  @Test
  void wrongUsageIsExitCodeTwo() {
    for (Command.Outcome outcome : List.of(run(), run("-t", "-e", three), run("-x", three))) {
      assertEquals(2, outcome.exitCode());
      assertEquals("", outcome.out());
      assertTrue(outcome.err().contains("Usage: pages [-hvV] [-t | -e | -l] PATH..."));
    }
  }

  @Test
  void helpListsTheExitCodes() {
    assertTrue(run("--help").success().contains("  1   some files could not be read"));
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
        outcome.lines().stream().filter(l -> l.endsWith("three")).toList());
    assertTrue(
        outcome.out().contains("; unknown for 1 files that you neither own nor may write\n"),
        outcome::out);
  }

  @Test
  void lockedPagesStayUntilTheProgramIsStopped() throws IOException {
    Process process = program().start("--lock", three.toString());
    try (BufferedReader out = process.inputReader()) {
      assertEquals(totals(1, 0, 3 * PAGE, 3, 3), out.readLine());
      assertEquals("Locked until this program is stopped.", out.readLine());
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

  @Test
  void longWorkIsReportedOnceASecond() {
    AtomicLong clock = new AtomicLong();
    StringWriter err = new StringWriter();
    PageCacheTotals totals = new PageCacheTotals(new PrintWriter(err), clock::get);
    for (int tenths = 1; tenths <= 25; tenths++) {
      clock.set(tenths * 100_000_000L);
      totals.addBytes(1 << 20);
    }

    assertEquals("... 0 files done, 10.0 MiB\n... 0 files done, 20.0 MiB\n", err.toString());
  }

  private static ChildJvm program() {
    return ChildJvm.of(PageCacheTool.class).onClassPath(CLASS_PATH);
  }
}
