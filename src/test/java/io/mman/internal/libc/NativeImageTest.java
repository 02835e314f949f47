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

/** The metadata for GraalVM's image builder in META-INF/native-image. */
class NativeImageTest {
  private static final String CLASSES = System.getProperty("mman.classes");
  private static final Path METADATA =
      Path.of(CLASSES, "META-INF/native-image/io.mman/mman/reachability-metadata.json");

  /** A native image cannot link signatures that are not in it. */
  @Test
  void everyShapeThatIsLinkedIsInTheMetadata() throws IOException {
    Set<String> linked = new TreeSet<>();
    for (String line : ChildJvm.of(LinkedFunctions.class).asModule().run(CLASSES).lines()) {
      linked.add(line.substring(line.indexOf('{')));
    }
    Set<String> listed = new TreeSet<>();
    try (Stream<String> lines = Files.lines(METADATA)) {
      lines
          .filter(line -> line.contains("\"returnType\""))
          .forEach(line -> listed.add(line.strip().replaceFirst(",$", "")));
    }
    assertTrue(linked.size() > 15, () -> "only " + linked);
    if (Platform.current().isLinux()) { // other systems lack functions with some of the signatures
      assertEquals(String.join(",\n", linked), String.join(",\n", listed));
    } else {
      assertTrue(listed.containsAll(linked), () -> listed + " lacks some of " + linked);
    }
  }

  @Test
  void everyClassUsedByReflectionExists() throws IOException, ClassNotFoundException {
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
    assertEquals(1, count);
    assertTrue(text.contains("throwMissing"));
    assertFalse(Pattern.compile(",\\s*[\\]}]").matcher(text).find(), "not JSON: a comma too many");
  }
}
