package io.mman.benchmarks;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Compiles {@code loops.c} with gcc and links its functions. Without gcc, each of them throws
 * {@code UnsupportedOperationException}, and contests leave it out.
 */
public final class CLoops {
  /** Flags of {@code touch}, {@code map_touch} and {@code populate}, as in loops.c. */
  public static final int SHARED = 1;

  public static final int WRITE = 2;
  public static final int RANDOM = 4;
  public static final int HUGE = 8;
  public static final int POPULATE = 16;

  private static final SymbolLookup LIBRARY = load();

  private CLoops() {}

  /** Links {@code long name(void *page, size_t length, long times)}. */
  public static MethodHandle onRange(String name) {
    return link(name, FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG));
  }

  /** Links {@code long name(int fd, size_t step, long steps)}. */
  public static MethodHandle onFile(String name) {
    return link(name, FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
  }

  /** Throws if a loop returned a number of failed calls. */
  public static void require(long failures) {
    if (failures != 0) {
      throw new IllegalStateException("a call in C failed");
    }
  }

  private static MethodHandle link(String name, FunctionDescriptor shape) {
    if (LIBRARY == null) {
      return missing(shape);
    }
    return Linker.nativeLinker().downcallHandle(LIBRARY.find(name).orElseThrow(), shape);
  }

  private static MethodHandle missing(FunctionDescriptor shape) {
    var type = shape.toMethodType();
    MethodHandle thrower =
        java.lang.invoke.MethodHandles.throwException(
            type.returnType(), UnsupportedOperationException.class);
    return java.lang.invoke.MethodHandles.dropArguments(
        thrower.bindTo(new UnsupportedOperationException("gcc is not installed")),
        0,
        type.parameterList());
  }

  private static SymbolLookup load() {
    try (InputStream source = CLoops.class.getResourceAsStream("/loops.c")) {
      Path folder = Files.createTempDirectory("loops");
      Path c = folder.resolve("loops.c");
      Path library = folder.resolve("libloops.so");
      Files.write(c, source.readAllBytes());
      boolean compiled = compile(c, library);
      SymbolLookup lookup = compiled ? SymbolLookup.libraryLookup(library, Arena.global()) : null;
      Files.deleteIfExists(library);
      Files.delete(c);
      Files.delete(folder);
      return lookup;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static boolean compile(Path c, Path library) {
    try {
      return new ProcessBuilder(
                  "gcc", "-O2", "-shared", "-fPIC", "-o", library.toString(), c.toString())
              .inheritIO()
              .start()
              .waitFor()
          == 0;
    } catch (IOException noCompiler) {
      System.err.println("The loops in C are left out: " + noCompiler.getMessage());
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
