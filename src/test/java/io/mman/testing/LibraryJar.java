package io.mman.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** A jar of the library and its tests: no further descriptor is needed to load its classes. */
public final class LibraryJar {
  private LibraryJar() {}

  /** Writes the jar into a folder, and returns its path. */
  public static Path in(Path folder) throws IOException {
    Path jar = folder.resolve("mman.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (String classes : List.of("mman.classes", "mman.testClasses")) {
        addClasses(out, Path.of(System.getProperty(classes)));
      }
    }
    return jar;
  }

  private static void addClasses(JarOutputStream out, Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        out.putNextEntry(new JarEntry(root.relativize(file).toString()));
        Files.copy(file, out);
        out.closeEntry();
      }
    }
  }
}
