package io.mman.internal.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.CProgram;
import io.mman.testing.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The functions that the library links, in the C libraries of Linux. */
class FunctionsTest {
  /** Only glibc before 2.33 needs the first, and musl before 1.2.5 lacks the others. */
  private static final Set<String> OPTIONAL = Set.of("__fxstat", "preadv2", "pwritev2");

  /** Functions of macOS and FreeBSD. */
  private static final Set<String> ELSEWHERE =
      Set.of("os_sync_wait_on_address_with_timeout", "os_sync_wake_by_address_any", "_umtx_op");

  @TempDir Path folder;

  /** Looks them up by name as the JVM does, which needs more than a declaration in a header. */
  @ParameterizedTest
  @EnumSource
  void theCLibraryHasEveryFunction(CProgram.Compiler compiler) {
    Set<String> names = new TreeSet<>();
    for (String line :
        ChildJvm.of(LinkedFunctions.class)
            .asModule()
            .run(System.getProperty("mman.classes"))
            .lines()) {
      names.add(line.substring(0, line.indexOf(' ')));
    }
    assertTrue(names.containsAll(Set.of("mmap", "mlock2", "getrlimit")), names::toString);
    names.add("no_such_function");

    Set<String> absent = new TreeSet<>(absent(compiler, names));

    assertTrue(absent.containsAll(ELSEWHERE), absent::toString);
    absent.removeAll(ELSEWHERE);
    absent.removeAll(OPTIONAL);
    assertEquals(Set.of("no_such_function"), absent);
  }

  private List<String> absent(CProgram.Compiler compiler, Set<String> names) {
    StringBuilder source =
        new StringBuilder(
            """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <stdio.h>
            int main(void) {
            """);
    for (String name : names) {
      source.append("  if (!dlsym(RTLD_DEFAULT, \"%1$s\")) puts(\"%1$s\");\n".formatted(name));
    }
    return CProgram.run(compiler, folder, source + "  return 0;\n}\n");
  }
}
