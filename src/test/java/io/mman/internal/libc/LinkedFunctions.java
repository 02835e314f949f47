package io.mman.internal.libc;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Initializes every class that declares functions of the C library, and prints the name of each
 * function and the index of its first variadic argument.
 */
final class LinkedFunctions {
  private LinkedFunctions() {}

  /** Takes the folder with the compiled classes. */
  public static void main(String... args) throws IOException, ReflectiveOperationException {
    Set<String> lines = new TreeSet<>();
    try (Stream<Path> files = Files.list(Path.of(args[0], "io/mman/internal/libc"))) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString().replaceFirst("\\.class$", "");
        if (!name.equals("package-info")) {
          addFunctions(Class.forName(LinkedFunctions.class.getPackageName() + "." + name), lines);
        }
      }
    }
    lines.forEach(System.out::println);
  }

  private static void addFunctions(Class<?> holder, Set<String> lines)
      throws IllegalAccessException {
    for (Field field : holder.getDeclaredFields()) {
      if (field.getType() == CFunction.class && Modifier.isStatic(field.getModifiers())) {
        field.setAccessible(true);
        CFunction function = (CFunction) field.get(null);
        lines.add(function + " " + function.firstVariadic());
      }
    }
  }
}
