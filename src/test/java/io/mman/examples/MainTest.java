package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Mman;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples together, as the first command of README.md runs them. */
class MainTest {
  private static final List<String> PARTS =
      List.of("Sharing", "Truncation", "GrowingRegion", "SleepingConsumer", "PageCache");
  private static final String IMPOSSIBLE = "  Not possible here: ";

  @TempDir Path folder;

  @Test
  void eachPartSaysWhatFileChannelCannotDo() {
    assumeTrue(Mman.survivesBusErrors());
    // Maven passes an empty argument where no file is given.
    List<String> lines = success(ChildJvm.of(Main.class).run(""));

    assertEquals(PARTS, partsOf(lines));
    for (String part : PARTS) {
      String next = lines.get(titleOf(part, lines) + 1);
      assertTrue(next.startsWith("  FileChannel.map cannot "), next);
    }
    assertEquals(List.of(), lines.stream().filter(line -> line.startsWith(IMPOSSIBLE)).toList());
    String modules = "  " + System.getProperty("java.home") + "/lib/modules, ";
    assertTrue(lines.stream().anyMatch(line -> line.startsWith(modules)), modules);
    List<String> checksums =
        lines.stream().filter(line -> line.contains("CRC32C")).map(MainTest::lastWord).toList();
    assertEquals(2, checksums.size());
    assertEquals(checksums.getFirst(), checksums.getLast());
  }

  @Test
  void aUserWhoMayNotWriteTheJdkSeesTheBarOfALibrary() throws IOException {
    Requirements.requireRoot();
    Path library = Files.write(folder.resolve("library.jar"), new byte[100_000]);
    Files.setAttribute(library, "unix:uid", 65534);
    Files.setAttribute(folder, "unix:uid", 65534);
    ChildJvm jvm = ChildJvm.of(Main.class);
    List<String> lines =
        success(
            jvm.onClassPath(jvm.classPath() + ":" + library)
                .under("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
                .run());

    assertTrue(lines.contains("  " + library + ", 100,000 bytes"), lines::toString);
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("  before ")), lines::toString);
  }

  @Test
  void theOtherPartsRunWhereNoRegionSurvives() throws IOException {
    String file = Files.writeString(folder.resolve("a file"), "content").toString();
    List<String> lines =
        success(ChildJvm.of(Main.class).options("-Dio.mman.busErrors=deny").run(file));

    assertEquals(PARTS, partsOf(lines));
    assertEquals(
        List.of(IMPOSSIBLE + "Mman.survivesBusErrors() returns false"),
        lines.stream().filter(line -> line.startsWith(IMPOSSIBLE)).toList());
  }

  @Test
  void theOtherPartsRunWhereThereIsNoSecondJvm() throws IOException {
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    String file = Files.writeString(folder.resolve("a file"), "content").toString();
    List<String> lines =
        success(
            ChildJvm.of(WithJavaHome.class)
                .options("-Djava.io.tmpdir=" + temporary)
                .run(runtimeWithoutPrograms().toString(), file));

    assertEquals(PARTS, partsOf(lines));
    for (String part : List.of("Sharing", "Truncation", "SleepingConsumer")) {
      int from = titleOf(part, lines);
      String line =
          lines.stream().skip(from).filter(l -> l.startsWith(IMPOSSIBLE)).findFirst().orElse("");
      assertTrue(line.startsWith(IMPOSSIBLE + "no other process can be started: "), part + line);
    }
    assertEquals(3, lines.stream().filter(line -> line.startsWith(IMPOSSIBLE)).count());
    try (Stream<Path> left = Files.list(temporary)) {
      assertEquals(List.of(), left.toList());
    }
    Files.delete(folder.resolve("runtime/lib")); // JUnit would print a warning
  }

  /** A folder that looks like a Java runtime without programs. */
  private Path runtimeWithoutPrograms() throws IOException {
    Path runtime = Files.createDirectory(folder.resolve("runtime"));
    Path home = Path.of(System.getProperty("java.home"));
    Files.createSymbolicLink(runtime.resolve("lib"), home.resolve("lib"));
    return runtime;
  }

  /** Takes another folder for that of the Java runtime, then runs the examples. */
  static final class WithJavaHome {
    private WithJavaHome() {}

    public static void main(String... arguments) throws InterruptedException {
      System.setProperty("java.home", arguments[0]);
      Main.main(arguments[1]);
    }
  }

  @Test
  void anErrorIsOneLineAndExitCodeOne() throws IOException {
    String file = Files.writeString(folder.resolve("a file"), "content").toString();
    // The second example needs a larger file.
    Command.Outcome outcome = ChildJvm.of(Main.class).under("prlimit", "--fsize=1000000").run(file);

    assertEquals(1, outcome.exitCode());
    assertEquals(List.of("Sharing", "Truncation"), partsOf(outcome.out().lines().toList()));
    assertEquals("The examples stopped: java.io.IOException: File too large\n", outcome.err());
  }

  @Test
  void missingFileIsOneLineAndExitCodeOne() {
    Command.Outcome outcome = ChildJvm.of(Main.class).run(folder + "/missing");

    assertEquals(1, outcome.exitCode());
    assertEquals("", outcome.out());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    assertTrue(
        outcome.err().matches("(?s).*/missing\".* ENOENT \\(No such file or directory\\).*"),
        outcome.err());
  }

  @Test
  void folderIsOneLineAndExitCodeOne() {
    Command.Outcome outcome = ChildJvm.of(Main.class).run(folder.toString());

    assertEquals(1, outcome.exitCode());
    assertEquals("", outcome.out());
    assertEquals("The examples stopped: \"" + folder + "\" is not a regular file\n", outcome.err());
  }

  private static List<String> success(Command.Outcome outcome) {
    List<String> lines = outcome.success().lines().toList();
    assertEquals("", outcome.err());
    return lines;
  }

  /** Returns the names of the parts in the order of their titles. */
  private static List<String> partsOf(List<String> lines) {
    List<String> names = new ArrayList<>();
    for (String line : lines) {
      PARTS.stream().filter(name -> line.startsWith(name + ": ")).forEach(names::add);
    }
    return names;
  }

  private static int titleOf(String part, List<String> lines) {
    List<String> starts = lines.stream().map(line -> line.split(":")[0]).toList();
    return starts.indexOf(part);
  }

  private static String lastWord(String line) {
    return line.substring(line.lastIndexOf(' ') + 1);
  }
}
