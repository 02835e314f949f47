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
import java.util.stream.Stream;
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
    Matcher link = Pattern.compile("]\\(([^)]+)\\)").matcher(Files.readString(README));
    List<String> targets =
        link.results().map(result -> result.group(1)).filter(ReadmeTest::isLocal).toList();

    assertFalse(targets.isEmpty());
    for (String target : targets) {
      assertTrue(leads(target), target);
    }
  }

  private static boolean isLocal(String target) {
    return !target.startsWith("https://");
  }

  /** Returns whether a file exists and, if a fragment follows its name, has such a heading. */
  private static boolean leads(String target) throws IOException {
    String[] parts = target.split("#", 2);
    Path file = parts[0].isEmpty() ? README : Path.of(parts[0]);
    if (!Files.exists(file) || parts.length == 1) {
      return Files.exists(file);
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith("#"))
          .map(ReadmeTest::anchor)
          .anyMatch(parts[1]::equals);
    }
  }

  /** Returns the fragment that GitHub gives to a heading. */
  private static String anchor(String heading) {
    return heading
        .replaceFirst("^#+ ", "")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\d _-]", "")
        .replace(' ', '-');
  }

  @Test
  void examplesHaveAMainMethod() throws Exception {
    Matcher name =
        Pattern.compile("(?:-Dexample=|\\(`)([A-Z][a-z]\\w+)").matcher(Files.readString(README));
    List<String> names = name.results().map(result -> result.group(1)).distinct().toList();

    assertEquals(9, names.size(), names::toString);
    for (String example : names) {
      Class.forName("io.mman.examples." + example).getMethod("main", String[].class);
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
