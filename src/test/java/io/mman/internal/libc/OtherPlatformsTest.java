package io.mman.internal.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Advice;
import io.mman.Mman;
import io.mman.testing.ChildJvm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be seen of other systems here: in JVMs on Linux that are given their names. */
class OtherPlatformsTest {
  /**
   * Linux has functions of these names. That the library does not find them shows that it looks for
   * the symbols of NetBSD, where the old symbols would overwrite memory or ignore the flags.
   */
  @Test
  void onNetbsdNoFunctionIsLinkedByASymbolThatIsAnotherFunctionThere() {
    assertEquals(
        List.of(
            "fstat does not exist on NetBSD (amd64)",
            "msync does not exist on NetBSD (amd64)",
            "mremap does not exist on NetBSD (amd64)",
            "42"),
        on("NetBSD").run("link").lines());
  }

  /** Only the call of a missing function fails, not the initialization of the class around it. */
  @ParameterizedTest
  @ValueSource(strings = {"NetBSD", "OpenBSD", "an unknown system"})
  void everyClassWithFunctionsIsInitializedWhereSomeAreMissing(String name) {
    ChildJvm linking = ChildJvm.of(LinkedFunctions.class).options("-Dos.name=" + name);
    assertTrue(linking.run(System.getProperty("mman.classes")).lines().size() > 15);
  }

  @ParameterizedTest
  @CsvSource({"FreeBSD, 5", "NetBSD, 6", "OpenBSD, 6"})
  void theKernelsOfTheBsdsAreNotAskedForAdvice(String name, int free) {
    // Linux knows no advice 5 to 7.
    assertEquals(
        List.of("FREE " + free + " true", "NORMAL true", "COLD false"),
        on(name).run("advise").lines());
  }

  private static ChildJvm on(String name) {
    return ChildJvm.of(Calls.class).options("-Dos.name=" + name, "-Dos.arch=amd64");
  }

  static final class Calls {
    private Calls() {}

    public static void main(String... arguments) {
      if (arguments[0].equals("link")) {
        link();
      } else {
        System.out.println("FREE " + Advice.FREE.number() + " " + Advice.FREE.isSupported());
        System.out.println("NORMAL " + Advice.NORMAL.isSupported());
        System.out.println("COLD " + Advice.COLD.isSupported());
      }
    }

    private static void link() {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment page = arena.allocate(8192, 4096).asSlice(0, 4096);
        page.set(ValueLayout.JAVA_INT, 0, 42);
        Stream.<Runnable>of(
                () -> FileCalls.fstat(0, new FileStatus()),
                () -> MemoryCalls.msync(page, 4, false),
                () -> Mman.mremap(page, 4096, Set.of()))
            .forEach(Calls::printMissing);
        System.out.println(page.get(ValueLayout.JAVA_INT, 0));
      }
    }

    private static void printMissing(Runnable call) {
      try {
        call.run();
        System.out.println("made");
      } catch (UnsupportedOperationException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
