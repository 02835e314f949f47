package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.BelowTarget;
import io.mman.testing.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts that start the page cache tool, in a copy of the project where Maven is a script. */
class PageCacheLauncherTest {
  private static final String COMPILING = "pages: compiling, which takes about a minute ...\n";

  @TempDir(factory = BelowTarget.class)
  Path folder;

  private Path project;
  private Path source;

  @BeforeEach
  void copy() throws IOException {
    project = folder.resolve("it's a project");
    source = project.resolve("src/examples/java/Tool.java");
    Files.createDirectories(source.getParent());
    Files.createDirectories(project.resolve("src/main"));
    Files.createDirectories(folder.resolve("bin"));
    Files.createFile(project.resolve("pom.xml"));
    Files.createFile(source);
    Files.copy(Path.of("src/examples/pages"), project.resolve("src/examples/pages"));
    // It makes a tool that prints its arguments.
    maven("echo 'printf \"<%s>\" \"$@\"' > target/pages; chmod +x target/pages; echo noise");
  }

  private void maven(String commands) throws IOException {
    Path script = Files.writeString(folder.resolve("bin/mvn"), "#!/bin/sh\n" + commands + "\n");
    makeExecutable(script);
    makeExecutable(project.resolve("src/examples/pages"));
  }

  private static void makeExecutable(Path script) throws IOException {
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Command.Outcome start(Path script, String... arguments) {
    String path = "PATH=" + folder.resolve("bin") + ":" + System.getenv("PATH");
    List<String> words = new ArrayList<>(List.of("env", path, script.toString()));
    words.addAll(List.of(arguments));
    return Command.run(words);
  }

  @Test
  void firstStartCompilesAndLaterOnesOnlyIfTheSourcesAreNewer() throws IOException {
    Path script = project.resolve("src/examples/pages");

    assertEquals(new Command.Outcome(0, "<a b><>", COMPILING), start(script, "a b", ""));
    assertEquals(new Command.Outcome(0, "<-v>", ""), start(script, "-v"));
    FileTime compiled = Files.getLastModifiedTime(project.resolve("target/pages"));
    Files.setLastModifiedTime(source, FileTime.fromMillis(compiled.toMillis() + 1000));
    assertEquals(new Command.Outcome(0, "<-v>", COMPILING), start(script, "-v"));
  }

  @Test
  void linkToTheScriptWorks() throws IOException {
    Path link =
        Files.createSymbolicLink(folder.resolve("link"), project.resolve("src/examples/pages"));

    assertEquals("<*>", start(link, "*").success());
  }

  @Test
  void failureOfMavenIsShownInAFewLines() throws IOException {
    maven("for line in 1 2 3 4 5 6 7; do echo \"line $line\"; done; exit 1");
    Command.Outcome outcome = start(project.resolve("src/examples/pages"), "-v");

    assertEquals(1, outcome.exitCode());
    assertTrue(
        outcome.err().startsWith(COMPILING + "line 1\nline 2\nline 3\nline 4\nline 5\npages: not "),
        outcome::err);
    assertEquals(7, outcome.err().lines().count());
  }

  @Test
  void writtenScriptStartsTheToolInEveryLocale() throws Exception {
    Path script = folder.resolve("it's pages");
    PageCacheLauncher.main(script.toString());
    Path file = Files.writeString(folder.resolve("gr\u00fc\u00dfe"), "x");

    Command.Outcome outcome =
        Command.run(List.of("env", "LC_ALL=C", script.toString(), "-v", folder.toString()));
    String utf8 = new String(file.getFileName().toString().getBytes("UTF-8"), "ISO-8859-1");
    assertTrue(outcome.lines().stream().anyMatch(l -> l.endsWith(" " + folder + "/" + utf8)));
    assertEquals("", outcome.err());
    assertEquals(2, Command.run(List.of(script.toString(), "--bogus")).exitCode());
  }
}
