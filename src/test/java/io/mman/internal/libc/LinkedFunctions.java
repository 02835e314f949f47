package io.mman.internal.libc;

import static java.util.stream.Collectors.joining;

import io.mman.internal.platform.Platform;
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
import java.util.stream.Stream;

/**
 * Links every function of the library, which a JVM does once, and prints the name of each and its
 * signature in the format of GraalVM's reachability metadata.
 */
final class LinkedFunctions {
  private static final List<String> TYPES = List.of("int", "long", "void*");

  private LinkedFunctions() {}

  /** Takes the folder with the compiled classes. */
  public static void main(String... args) throws IOException, ClassNotFoundException {
    Set<String> lines = new TreeSet<>();
    Linking.listener =
        (name, shape, firstVariadic) -> lines.add(name + " " + json(shape, firstVariadic));
    try (Stream<Path> files = Files.list(Path.of(args[0], "io/mman/internal/libc"))) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString().replaceFirst("\\.class$", "");
        if (!name.equals("package-info")) {
          Class.forName(LinkedFunctions.class.getPackageName() + "." + name); // initializes it
        }
      }
    }
    if (Platform.current() != Platform.UNKNOWN) {
      ProcessCalls.descriptorLimit(); // links getrlimit, which no class does
    }
    lines.forEach(System.out::println);
  }

  private static String json(FunctionDescriptor shape, int firstVariadic) {
    String parameters =
        shape.argumentLayouts().stream().map(LinkedFunctions::type).collect(joining(", "));
    String variadic =
        firstVariadic == Linking.FIXED ? "" : ", \"firstVariadicArg\": " + firstVariadic;
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
}
