package io.mman.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Compiles a program in C and runs it. */
public final class CProgram {
  private static final String COMPILER = "gcc";

  private CProgram() {}

  /** Compiles the source into a folder that the caller removes, and returns the executable. */
  public static Path compile(Path folder, String source) {
    Requirements.requirePrograms(COMPILER);
    try {
      Path file = Files.writeString(folder.resolve("program.c"), source);
      Path executable = folder.resolve("program");
      Command.run(List.of(COMPILER, "-O1", "-w", "-o", executable.toString(), file.toString()))
          .success();
      return executable;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Compiles and runs the source, and returns the lines it printed. */
  public static List<String> run(Path folder, String source) {
    return Command.run(List.of(compile(folder, source).toString())).lines();
  }
}
