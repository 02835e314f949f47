package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.Command;
import io.mman.testing.WithoutOptionalModules;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library works in a jlink image without its optional modules. */
class MmanImageTest {
  private static final String CLASSES = System.getProperty("mman.classes", "target/classes");
  private static final String TESTS = System.getProperty("mman.testClasses", "target/test-classes");

  @Test
  void worksWithoutFlightRecorderAndManagement(@TempDir Path folder) {
    Path image = folder.resolve("image");
    String jlink = System.getProperty("java.home") + "/bin/jlink";
    Command.run(
            List.of(jlink, "-p", CLASSES, "--add-modules", "io.mman", "--output", image.toString()))
        .success();
    String java = image.resolve("bin/java").toString();
    List<String> modules = Command.run(List.of(java, "--list-modules")).lines();
    assertEquals(
        List.of("io.mman", "java.base"),
        modules.stream().map(line -> line.replaceFirst("@.*", "")).toList());
    List<String> words =
        List.of(
            java,
            "--enable-native-access=io.mman",
            "--add-modules=io.mman",
            "-cp",
            TESTS,
            WithoutOptionalModules.class.getName());
    assertEquals(List.of("42"), Command.run(words).lines());
  }
}
