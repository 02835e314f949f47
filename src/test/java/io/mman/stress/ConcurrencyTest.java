package io.mman.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Command;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Runs the tests of {@code src/jcstress}. Each gets a JVM of its own for {@code mman.jcstress}
 * milliseconds; a minute each finds more.
 */
class ConcurrencyTest {
  private static final String MILLIS = System.getProperty("mman.jcstress", "100");
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  @Test
  void noThreadSeesAForbiddenResult() throws IOException {
    Path target = Path.of(System.getProperty("mman.classes")).getParent();
    Path classes = target.resolve("jcstress-classes");
    // The files of results go to the working directory.
    Path folder = Files.createDirectories(target.resolve("jcstress"));
    List<String> words = new ArrayList<>(List.of("env", "-C", folder.toString()));
    words.add(System.getProperty("java.home") + "/bin/java");
    words.addAll(List.of("-cp", classPath(classes), "org.openjdk.jcstress.Main", "-r", "report"));
    words.addAll(List.of("-m", "quick", "-f", "1", "-iters", "1", "-time", MILLIS, "-hs", "64"));
    words.addAll(List.of("-sc", "false"));
    words.addAll(List.of("--jvmArgs", NATIVE_ACCESS + " -XX:+UseSerialGC", "-v"));

    String report = Command.run(words).success();

    // The exit code does not report failures or crashes.
    long tests = Files.readAllLines(classes.resolve("META-INF/TestList")).size();
    String all = "(Results: %d planned; %d passed, 0 failed, 0 soft errs, 0 hard errs)";
    assertTrue(tests > 0);
    assertEquals(all.formatted(tests, tests), lastResults(report), report);
  }

  private static String classPath(Path classes) {
    List<String> places = new ArrayList<>(List.of(classes.toString()));
    places.add(System.getProperty("mman.classes"));
    // Absolute paths of the jars; those without a module are here even on the module path.
    places.add(System.getProperty("java.class.path"));
    return String.join(File.pathSeparator, places);
  }

  private static String lastResults(String report) {
    return report.lines().filter(line -> line.startsWith("(Results: ")).toList().getLast();
  }
}
