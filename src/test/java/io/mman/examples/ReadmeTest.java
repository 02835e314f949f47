package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Mman;
import io.mman.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The statements in README.md are true. */
class ReadmeTest {
  private static final Path README = Path.of("README.md");
  private static final Path EXAMPLE =
      Path.of("src/examples/java/io/mman/examples/ReadmeExample.java");

  @TempDir Path folder;

  @Test
  void programIsTheCompiledOne() throws IOException {
    String shown = between("```java\n", "```", Files.readString(README));
    String compiled = between("// README begins\n", "// README ends", Files.readString(EXAMPLE));

    assertEquals(compiled.stripIndent().strip(), shown.strip());
  }

  @Test
  void programCountsItsStarts() {
    String file = folder.resolve("starts").toString();
    long pages = (1 << 20) / Mman.pageSize();

    for (int start = 1; start <= 2; start++) {
      String line = ChildJvm.of(ReadmeExample.class).run(file).success();
      assertTrue(line.startsWith("start " + start + ", "), line);
      assertTrue(line.contains(" of " + pages + " pages"), line);
    }
  }

  @Test
  void versionIsThatOfThePom() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));

    // The first version in the pom is the project's own.
    assertEquals(version(pom), version(Files.readString(README)));
  }

  @Test
  void linksLeadToFilesAndHeadings() throws IOException {
    String readme = Files.readString(README);
    Matcher link = Pattern.compile("]\\(([^)]+)\\)").matcher(readme);
    List<String> targets = link.results().map(result -> result.group(1)).toList();

    assertFalse(targets.isEmpty());
    for (String target : targets) {
      boolean leads =
          target.startsWith("#")
              ? readme.toLowerCase(Locale.ROOT).contains("\n## " + target.substring(1) + "\n")
              : Files.exists(Path.of(target));
      assertTrue(leads, target);
    }
  }

  @Test
  void examplesHaveAMainMethod() throws Exception {
    Matcher option = Pattern.compile("-Dexample=\"?(\\w+)").matcher(Files.readString(README));
    List<String> names = option.results().map(result -> result.group(1)).toList();

    assertEquals(List.of("Truncation", "RingBufferMain"), names);
    for (String name : names) {
      Class.forName("io.mman.examples." + name).getMethod("main", String[].class);
    }
  }

  @Test
  void scriptsCanBeStarted() throws IOException {
    Matcher script = Pattern.compile("(?m)^src/\\S+").matcher(Files.readString(README));
    List<String> scripts = script.results().map(MatchResult::group).toList();

    assertEquals(List.of("src/examples/pages"), scripts);
    assertTrue(Files.isExecutable(Path.of(scripts.getFirst())));
  }

  private static String version(String xml) {
    return between("<version>", "</version>", xml);
  }

  private static String between(String start, String end, String text) {
    int from = text.indexOf(start) + start.length();
    return text.substring(from, text.indexOf(end, from));
  }
}
