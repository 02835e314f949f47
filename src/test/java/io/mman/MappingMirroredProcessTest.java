package io.mman;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.testing.CProgram;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Failures;
import io.mman.testing.Injection;
import io.mman.testing.OpenFiles;
import io.mman.testing.ProcMaps;
import io.mman.testing.Requirements;
import io.mman.testing.Samples;
import io.mman.testing.TracedThread;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mirrored regions as other processes and the kernel see them. */
class MappingMirroredProcessTest {
  private static final long PAGE = Mman.pageSize();
  private static final long HALF = 4 * PAGE;

  @TempDir Path folder;

  /** The child adds 1 to every byte, by turns through either half. */
  @Test
  void everyByteIsTheSameInTwoProcesses() {
    Path path = Samples.file(folder, HALF);
    try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE);
        MappedRegion ring = Mapping.file(file).readWrite().mirrored().mapShared()) {
      assertEquals(List.of("mirrored"), ChildJvm.of(Child.class).run(path.toString()).lines());
      for (long i = 0; i < 2 * HALF; i++) {
        assertEquals((byte) (Samples.at(i % HALF) + 1), ring.segment().get(JAVA_BYTE, i));
      }
      assertEquals(
          List.of("mirrored"), ChildJvm.of(Child.class).asModule().run(path.toString()).lines());
      assertEquals((byte) (Samples.at(3) + 2), ring.segment().get(JAVA_BYTE, HALF + 3));
    }
  }

  /** Adds 1 to every byte, and checks its twin. */
  static class Child {
    public static void main(String... arguments) {
      try (NativeFile file = NativeFile.open(Path.of(arguments[0]), StandardOpenOption.WRITE);
          MappedRegion ring = Mapping.file(file).readWrite().mirrored().mapShared()) {
        MemorySegment view = ring.segment();
        for (long i = 0; i < HALF; i++) {
          long here = i % 2 == 0 ? i : i + HALF;
          byte value = (byte) (view.get(JAVA_BYTE, here) + 1);
          view.set(JAVA_BYTE, here, value);
          if (view.get(JAVA_BYTE, (here + HALF) % (2 * HALF)) != value) {
            throw new AssertionError("no twin of " + here);
          }
        }
      }
      System.out.println("mirrored");
    }
  }

  /** A program that maps the file once finds what was stored across the middle at both ends. */
  @Test
  void aProgramInCSeesTheFileOnce() {
    String source =
        """
        #include <fcntl.h>
        #include <stdio.h>
        #include <string.h>
        #include <sys/mman.h>
        int main(int argc, char **argv) {
          int fd = open(argv[1], O_RDWR);
          char *p = mmap(0, %d, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
          printf("%%.4s%%.4s\\n", p + %d - 4, p);
          memcpy(p, "back", 4);
          return 0;
        }
        """
            .formatted(HALF, HALF);
    String program = CProgram.compile(folder, source).toString();
    try (NativeFile file = NativeFile.memory("ring", HALF);
        MappedRegion ring = Mapping.file(file).readWrite().mirrored().mapShared()) {
      ring.segment().asSlice(HALF - 4).setString(0, "acrosses");
      assertEquals(
          List.of("acrosses"), Command.run(List.of(program, file.path().toString())).lines());
      assertEquals("back", new String(Samples.bytes(ring.segment().asSlice(HALF, 4))));
    }
  }

  /** The address space, the first half and the second half. */
  @ParameterizedTest
  @CsvSource({"1, false", "2, false", "3, false", "1, true", "2, true", "3, true"})
  void ifOneOfTheThreeMappingsFailsNothingStays(int which, boolean guarded) throws Exception {
    Requirements.requireAttaching();
    try (NativeFile file = NativeFile.memory("failing-ring", HALF);
        TracedThread thread = new TracedThread();
        TracedThread idle = new TracedThread()) {
      Mapping plain = Mapping.file(file).readWrite().mirrored();
      Mapping request = guarded ? plain.guardPages() : plain;
      thread.call(
          () -> {
            request.mapConfined().close(); // loads classes
            return null;
          });
      var open = OpenFiles.all();
      List<String> calls;
      try (Injection injection =
          Injection.failing(
              List.of("mmap:error=ENOMEM:when=" + which, "munmap:delay_enter=0"),
              List.of(thread, idle))) {
        thread.call(() -> Failures.failure("mmap", Errno.ENOMEM, request::mapConfined));
        calls = injection.end().getOrDefault(thread.id(), List.of());
      }
      // Others may follow, because the library keeps address space for the JVM in reserve.
      List<String> maps = calls.stream().filter(c -> c.startsWith("mmap(")).toList();
      assertTrue(maps.get(which - 1).endsWith("(INJECTED)"), maps::toString);
      assertUnmapped(calls, guarded);
      assertEquals(open.keySet(), OpenFiles.all().keySet());
      assertEquals(
          0, ProcMaps.all().stream().filter(a -> a.path().contains("failing-ring")).count());
      file.resize(0); // nothing covers it
      file.resize(HALF);
      try (MappedRegion ring = request.mapShared()) {
        ring.segment().set(JAVA_LONG_UNALIGNED, HALF - 4, -1);
        assertEquals(-1, ring.segment().get(JAVA_BYTE, 0));
      }
    }
  }

  /** Checks that all that was reserved is unmapped, and by one call. */
  private static void assertUnmapped(List<String> calls, boolean guarded) {
    long reserved = 2 * HALF + (guarded ? 2 * PAGE : 0);
    String first = calls.getFirst();
    if (first.endsWith("(INJECTED)")) {
      return; // nothing was reserved
    }
    String address = first.substring(first.lastIndexOf(' ') + 1);
    String expected = "munmap(%s, %d)".formatted(address, reserved);
    assertEquals(1, calls.stream().filter(c -> c.startsWith(expected)).count(), () -> "" + calls);
  }

  /** The cover and the descriptor of a region that survives are released, too. */
  @Test
  void aFailedSurvivorKeepsNoFile() throws Exception {
    Requirements.requireAttaching();
    assumeTrue(Mman.survivesBusErrors());
    try (TracedThread thread = new TracedThread();
        TracedThread idle = new TracedThread()) {
      NativeFile file = NativeFile.memory("failing-ring", HALF);
      Mapping request = Mapping.file(file).mirrored().surviveBusErrors();
      thread.call(
          () -> {
            request.mapConfined().close(); // loads classes
            return null;
          });
      for (int which = 1; which <= 3; which++) {
        try (Injection injection =
            Injection.failing("mmap", "ENOMEM", which, List.of(thread, idle))) {
          thread.call(() -> Failures.failure("mmap", Errno.ENOMEM, request::mapConfined));
          injection.end();
        }
        file.resize(0);
        file.resize(HALF);
      }
      int number = file.fd();
      file.close();
      assertTrue(!OpenFiles.all().getOrDefault(number, "").contains("failing-ring"));
      assertThrows(IllegalStateException.class, request::mapConfined);
    }
  }
}
