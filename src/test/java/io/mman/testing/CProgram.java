package io.mman.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Compiles a program in C and runs it. */
public final class CProgram {
  private CProgram() {}

  /** A compiler together with the C library whose headers it reads and whose functions it links. */
  public enum Compiler {
    /** With the C library of the system. */
    GCC("gcc"),
    /** With musl on a system of another C library. The headers of the kernel are the system's. */
    MUSL_GCC("musl-gcc");

    private final String program;

    Compiler(String program) {
      this.program = program;
    }

    private List<String> options() {
      if (this == GCC) {
        return List.of();
      }
      // After those of musl, so that they only add what musl lacks: linux, asm and asm-generic.
      String multiarch = Command.run(List.of("gcc", "-print-multiarch")).success().strip();
      return List.of("-idirafter", "/usr/include/" + multiarch, "-idirafter", "/usr/include");
    }
  }

  /** Compiles the source into a folder that the caller removes, and returns the executable. */
  public static Path compile(Path folder, String source) {
    return compile(Compiler.GCC, folder, source);
  }

  private static Path compile(Compiler compiler, Path folder, String source) {
    Requirements.requirePrograms(compiler.program);
    try {
      Path file = Files.writeString(folder.resolve("program.c"), source);
      Path executable = folder.resolve("program");
      List<String> words = new ArrayList<>(List.of(compiler.program, "-O1", "-w"));
      words.addAll(compiler.options());
      words.addAll(List.of("-o", executable.toString(), file.toString()));
      Command.run(words).success();
      return executable;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Compiles and runs the source, and returns the lines it printed. */
  public static List<String> run(Path folder, String source) {
    return run(Compiler.GCC, folder, source);
  }

  /** Compiles and runs the source with a C library, and returns the lines it printed. */
  public static List<String> run(Compiler compiler, Path folder, String source) {
    return Command.run(List.of(compile(compiler, folder, source).toString())).lines();
  }
}
