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

/** Compiles {@code loops.c} with the machine's C compiler and links its functions. */
final class CLoops {
  private static final SymbolLookup LIBRARY = load();

  private CLoops() {}

  /** Links {@code long name(void *page, size_t length, long times)}. */
  static MethodHandle onRange(String name) {
    return link(name, FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG));
  }

  /** Links {@code long name(int fd, size_t step, long steps)}. */
  static MethodHandle onFile(String name) {
    return link(name, FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
  }

  private static MethodHandle link(String name, FunctionDescriptor shape) {
    return Linker.nativeLinker().downcallHandle(LIBRARY.find(name).orElseThrow(), shape);
  }

  private static SymbolLookup load() {
    try (InputStream source = CLoops.class.getResourceAsStream("/loops.c")) {
      Path folder = Files.createTempDirectory("loops");
      Path c = folder.resolve("loops.c");
      Path library = folder.resolve("libloops.so");
      Files.write(c, source.readAllBytes());
      Process gcc =
          new ProcessBuilder(
                  "gcc", "-O2", "-shared", "-fPIC", "-o", library.toString(), c.toString())
              .inheritIO()
              .start();
      if (gcc.waitFor() != 0) {
        throw new IllegalStateException("gcc failed");
      }
      return SymbolLookup.libraryLookup(library, Arena.global());
    } catch (IOException e) {
      throw new IllegalStateException("the C loops need gcc", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
