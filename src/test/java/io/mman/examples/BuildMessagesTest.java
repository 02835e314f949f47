package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Command;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the build says, even with {@code -q}, in a project that has never been compiled. */
class BuildMessagesTest {
  @TempDir Path project;

  @BeforeEach
  void copyBuild() throws IOException {
    for (String name : List.of("pom.xml", ".ci/jdk.bsh", ".mvn/jvm.config")) {
      Path copy = project.resolve(name);
      Files.createDirectories(copy.getParent());
      Files.copy(Path.of(name), copy);
    }
  }

  /**
   * Runs Maven without a network; with the local repository of this build, which has everything.
   */
  private Command.Outcome maven(String... arguments) {
    Requirements.requirePrograms("mvn");
    List<String> words = new ArrayList<>(List.of("mvn", "-q", "-B", "-o", "-f", "" + project));
    String repository = System.getProperty("maven.repo.local");
    if (repository != null) {
      words.add("-Dmaven.repo.local=" + repository);
    }
    words.addAll(List.of(arguments));
    return Command.run(words);
  }

  @Test
  void aMissingJdkIsExplained() {
    Command.Outcome outcome = maven("compile", "-Dbuild.jdk=[999,)");

    assertEquals(1, outcome.exitCode(), outcome::toString);
    assertTrue(outcome.out().contains("Looked for a JDK in JAVA_HOME, /usr/lib/jvm"));
    assertTrue(outcome.out().contains(" found only JDK "), outcome.out());
    String message = "mman is built with JDK 25 or newer, and none was found. Install ";
    assertTrue(outcome.out().contains(message), outcome.out());
    assertFalse(outcome.out().contains("toolchain"), outcome.out());
  }

  @Test
  void anExampleThatFailsIsFollowedByNoStackTrace() {
    Command.Outcome outcome = maven("exec:exec", "-Dexample=Missing");

    assertEquals(1, outcome.exitCode(), outcome::toString);
    assertTrue(outcome.err().contains("io.mman.examples.Missing"), outcome::toString);
    assertFalse(outcome.out().contains("ExecMojo"), outcome.out());
  }

  @Test
  void theFirstCompilationIsAnnouncedOnce() throws IOException {
    assertEquals(List.of(), announcements("validate"));
    assertEquals(
        List.of("Compiling mman, its examples and tests, which takes about half a minute ..."),
        announcements("test-compile", "-Dmaven.main.skip", "-Dmaven.test.skip"));
    Files.createDirectories(project.resolve("target/test-classes/io"));
    assertEquals(
        List.of(), announcements("test-compile", "-Dmaven.main.skip", "-Dmaven.test.skip"));
  }

  private List<String> announcements(String... arguments) {
    // Maven resets the colours first.
    Stream<String> lines = maven(arguments).success().replace("\033[0m", "").lines();
    return lines.filter(line -> line.startsWith("Compiling") || line.startsWith("Down")).toList();
  }
}
