package io.mman.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compiles programs in C that are resources of the benchmarks. It needs gcc. */
public final class CProgram {
  private CProgram() {}

  /**
   * Compiles {@code name.c}.
   *
   * @return the program, which the caller deletes
   * @throws IOException if there is no gcc, or it fails
   */
  public static Path compile(String name, Path folder) throws IOException, InterruptedException {
    Path source = folder.resolve(name + ".c");
    Path program = folder.resolve(name);
    try (InputStream in = CProgram.class.getResourceAsStream("/" + name + ".c")) {
      Files.copy(in, source);
      String[] command = {"gcc", "-O2", "-o", program.toString(), source.toString()};
      if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
        throw new IOException("gcc failed to compile " + name + ".c");
      }
    } finally {
      Files.deleteIfExists(source);
    }
    return program;
  }
}
