package io.mman.internal.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.platform.Platform;
import io.mman.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What GraalVM's image builder is told in META-INF/native-image. */
class NativeImageTest {
  private static final String CLASSES = System.getProperty("mman.classes");
  private static final Path METADATA =
      Path.of(CLASSES, "META-INF/native-image/io.mman/mman/reachability-metadata.json");

  /** A shape that is not in it cannot be linked in a native image. */
  @Test
  void everyShapeThatIsLinkedIsInTheMetadata() throws IOException {
    Set<String> linked =
        new TreeSet<>(ChildJvm.of(LinkedShapes.class).asModule().run(CLASSES).lines());
    Set<String> told = new TreeSet<>();
    try (Stream<String> lines = Files.lines(METADATA)) {
      lines
          .filter(line -> line.contains("\"returnType\""))
          .forEach(line -> told.add(line.strip().replaceFirst(",$", "")));
    }
    assertTrue(linked.size() > 15, () -> "only " + linked);
    if (Platform.current().isLinux()) { // other systems lack what has some of the shapes
      assertEquals(String.join(",\n", linked), String.join(",\n", told));
    } else {
      assertTrue(told.containsAll(linked), () -> told + " lacks some of " + linked);
    }
  }

  @Test
  void whatIsReflectedUponIsThere() throws IOException, ClassNotFoundException {
    String text = Files.readString(METADATA);
    Matcher types =
        Pattern.compile("\"type(?:Reached)?\": \"([^\"]+)\"(?:,\\s+\"methods\": \\[([^]]*)\\])?")
            .matcher(text);
    int count = 0;
    while (types.find()) {
      count++;
      Class<?> type = Class.forName(types.group(1), false, getClass().getClassLoader());
      Matcher methods =
          Pattern.compile("\"name\": \"(\\w+)\"")
              .matcher(types.group(2) == null ? "" : types.group(2));
      Set<String> declared =
          Stream.of(type.getDeclaredMethods()).map(m -> m.getName()).collect(Collectors.toSet());
      while (methods.find()) {
        assertTrue(declared.contains(methods.group(1)), methods.group());
      }
    }
    assertEquals(3, count);
    assertTrue(text.contains("throwMissing"));
    assertFalse(Pattern.compile(",\\s*[\\]}]").matcher(text).find(), "not JSON: a comma too many");
  }
}
