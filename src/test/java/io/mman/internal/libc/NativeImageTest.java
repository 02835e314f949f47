package io.mman.internal.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The metadata for GraalVM's image builder in META-INF/native-image. */
class NativeImageTest {
  private static final String CLASSES = System.getProperty("mman.classes");
  private static final Path METADATA =
      Path.of(CLASSES, "META-INF/native-image/io.mman/mman/reachability-metadata.json");

  private static final List<String> TYPES = List.of("int", "long", "void*");

  /** A native image cannot link signatures that are not in it. */
  @Test
  void everyShapeThatIsLinkedIsInTheMetadata() throws IOException {
    Set<String> shapes = new TreeSet<>();
    for (String line : ChildJvm.of(LinkedFunctions.class).asModule().run(CLASSES).lines()) {
      int firstVariadic = Integer.parseInt(line.substring(line.indexOf(' ') + 1));
      shapes.add(json(CFunction.SHAPE, firstVariadic));
      shapes.add(json(CFunction.SHAPE_OF_TWO, firstVariadic));
    }
    Set<String> listed = new TreeSet<>();
    try (Stream<String> lines = Files.lines(METADATA)) {
      lines
          .filter(line -> line.contains("\"returnType\""))
          .forEach(line -> listed.add(line.strip().replaceFirst(",$", "")));
    }
    assertTrue(shapes.size() > 2, () -> "only " + shapes);
    assertEquals(String.join(",\n", shapes), String.join(",\n", listed));
  }

  private static String json(FunctionDescriptor shape, int firstVariadic) {
    String parameters =
        shape.argumentLayouts().stream()
            .map(NativeImageTest::type)
            .collect(Collectors.joining(", "));
    String variadic =
        firstVariadic == CFunction.FIXED ? "" : ", \"firstVariadicArg\": " + firstVariadic;
    return "{\"returnType\": %s, \"parameterTypes\": [%s], \"options\": {\"captureCallState\": true%s}}"
        .formatted(type(shape.returnLayout().orElseThrow()), parameters, variadic);
  }

  /** Returns the name in C, which the image builder looks up among the linker's layouts. */
  private static String type(MemoryLayout layout) {
    for (String type : TYPES) {
      ValueLayout theirs = (ValueLayout) Linker.nativeLinker().canonicalLayouts().get(type);
      if (theirs.carrier() == ((ValueLayout) layout).carrier()) {
        return '"' + type + '"';
      }
    }
    throw new AssertionError("no name for " + layout);
  }

  @Test
  void theMetadataIsJson() throws IOException {
    String text = Files.readString(METADATA);
    assertFalse(Pattern.compile(",\\s*[\\]}]").matcher(text).find(), "a comma too many");
  }
}
