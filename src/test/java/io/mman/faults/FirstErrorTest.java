package io.mman.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.MapFlag;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.testing.ChildJvm;
import io.mman.testing.LibraryJar;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The first error of a JVM is that a limit is reached, and everything works again once something is
 * released. The classes are in folders, where loading each of them takes a descriptor.
 */
class FirstErrorTest {
  /**
   * Allocates what its argument names until that fails. It has no lambdas and no string
   * concatenation, for which the JVM would create classes when memory has run out.
   */
  static class Taker {
    private static final Path FILE = Path.of("/bin/sh");
    private static final long MIB = 1 << 20;

    public static void main(String... arguments) throws Exception {
      Deque<AutoCloseable> taken = new ArrayDeque<>();
      try {
        while (true) {
          taken.add(take(arguments[0]));
        }
      } catch (MmanException e) {
        System.out.println(e.getMessage());
        if (arguments[0].equals("smallMappings")) {
          mapAsTheJvmMay();
        }
      }
      while (!taken.isEmpty()) {
        taken.removeLast().close();
      }
      take(arguments[0]).close();
      System.out.println("again");
    }

    private static AutoCloseable take(String what) {
      return switch (what) {
        case "files" -> NativeFile.open(FILE);
        case "memoryFiles" -> NativeFile.memory("first", 1);
        case "largeMappings" -> Mapping.anonymous(1L << 30).flags(MapFlag.NORESERVE).mapConfined();
        case "smallMappings" -> Mapping.file(FILE).range(0, 1).mapConfined();
        case "locks" -> locked();
        default -> throw new IllegalArgumentException(what);
      };
    }

    /** The JVM can still map what it needs before any region is closed. */
    private static void mapAsTheJvmMay() {
      for (int i = 0; i < 20; i++) {
        Mman.mmap(
            MemorySegment.NULL,
            Mman.pageSize(),
            Protection.NONE,
            EnumSet.of(MapFlag.SHARED, MapFlag.ANONYMOUS), // which the kernel does not merge
            -1,
            0);
      }
    }

    private static MappedRegion locked() {
      MappedRegion region = Mapping.anonymous(MIB).mapConfined();
      region.lock();
      return region;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"files", "memoryFiles"})
  void noDescriptorIsLeft(String what) {
    List<String> lines =
        ChildJvm.of(Taker.class).under("prlimit", "--nofile=64:64").run(what).lines();
    String reason =
        ": EMFILE (Too many open files): RLIMIT_NOFILE allows 64 descriptors, and all are in use:"
            + " raise the limit (ulimit -n)";
    assertEquals("again", lines.get(1));
    assertTrue(lines.get(0).endsWith(reason), lines.get(0));
  }

  @Test
  void noAddressSpaceIsLeft() {
    long limit = 1L << 36;
    List<String> lines =
        ChildJvm.of(Taker.class)
            .options("-Xmx64m")
            .under("prlimit", "--as=" + limit)
            .run("largeMappings")
            .lines();
    String reason =
        ".*ENOMEM.*: RLIMIT_AS allows " + limit + " bytes of address space, and \\d+ are.*";
    assertTrue(lines.get(0).matches(reason), lines.get(0));
    assertEquals("again", lines.get(1));
  }

  @Test
  void noAreaIsLeftForClassesInFolders() throws IOException {
    assertSurvivesTheLastArea(ChildJvm.of(Taker.class));
  }

  @Test
  void noAreaIsLeftForClassesInAJar(@TempDir Path folder) throws IOException {
    assertSurvivesTheLastArea(
        ChildJvm.of(Taker.class).onClassPath(LibraryJar.in(folder).toString()));
  }

  /**
   * Runs with all compilers, in which the JVM aborted without the reserved areas: they could not
   * map metaspace for the data of a method. The only remaining risk is that the JVM needs an area
   * between the last mapping and its failure.
   */
  private static void assertSurvivesTheLastArea(ChildJvm child) throws IOException {
    String limit = Files.readAllLines(Path.of("/proc/sys/vm/max_map_count")).getFirst();
    assumeTrue(Long.parseLong(limit) < 100_000, "vm.max_map_count is large: " + limit);
    List<String> lines = child.run("smallMappings").lines();
    String reason =
        "mmap\\(.*ENOMEM.*: vm.max_map_count allows "
            + limit
            + " memory areas, and \\d+ are in use: raise the limit.*";
    assertTrue(lines.get(0).matches(reason), lines.get(0));
    assertEquals("again", lines.get(1));
  }

  @Test
  void noMoreMayBeLocked() {
    ChildJvm child = ChildJvm.of(Taker.class).under("prlimit", "--memlock=" + (8 << 20));
    if (System.getProperty("user.name").equals("root")) {
      child = child.under("setpriv", "--bounding-set=-ipc_lock"); // root may lock all
    }
    List<String> lines = child.run("locks").lines();
    String reason =
        "mlock\\(.*ENOMEM.*: RLIMIT_MEMLOCK allows 8388608 bytes of locked memory, and 8388608"
            + " are.*";
    assertTrue(lines.get(0).matches(reason), lines.get(0));
    assertEquals("again", lines.get(1));
  }
}
