package io.mman.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Advice;
import io.mman.MapFlag;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.testing.ChildJvm;
import io.mman.testing.LibraryJar;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
    private static final String NAME = "/mman-first-error-" + ProcessHandle.current().pid();
    private static final Path CREATED = Path.of("/dev/shm" + NAME);
    private static final Deque<AutoCloseable> others = new ArrayDeque<>();

    /** With a second argument, all descriptors but so many are in use from the start. */
    public static void main(String... arguments) throws Exception {
      Deque<AutoCloseable> taken = new ArrayDeque<>();
      if (arguments.length > 1) {
        leaveDescriptors(Integer.parseInt(arguments[1]));
      }
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
      closeAll(taken);
      closeAll(others);
      take(arguments[0]).close();
      closeAll(others);
      System.out.println("again");
      if (arguments[0].equals("sharedMemory")) {
        NativeFile.unlinkSharedMemory(NAME);
      }
      Files.deleteIfExists(CREATED);
    }

    private static void leaveDescriptors(int free) throws Exception {
      try {
        while (true) {
          others.add(new FileInputStream("/dev/null"));
        }
      } catch (IOException e) {
        for (int i = 0; i < free; i++) {
          others.removeLast().close();
        }
      }
    }

    private static void closeAll(Deque<AutoCloseable> resources) throws Exception {
      while (!resources.isEmpty()) {
        resources.removeLast().close();
      }
    }

    private static AutoCloseable take(String what) throws Exception {
      return switch (what) {
        case "files" -> NativeFile.open(FILE);
        case "sharedMemory" ->
            NativeFile.sharedMemory(NAME, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        case "mappings" -> beforeAnother(Mapping.file(FILE));
        case "populatedMappings" -> beforeAnother(Mapping.file(FILE).populate());
        case "createdMappings" -> beforeAnother(Mapping.file(CREATED).create(1));
        case "memoryFiles" -> NativeFile.memory("first", 1);
        case "largeMappings" -> Mapping.anonymous(1L << 30).flags(MapFlag.NORESERVE).mapConfined();
        case "smallMappings" -> Mapping.file(FILE).range(0, 1).mapConfined();
        case "locks" -> locked();
        default -> throw new IllegalArgumentException(what);
      };
    }

    /** Maps a file, which takes a descriptor for a moment only, and lets something else take it. */
    private static MappedRegion beforeAnother(Mapping mapping) throws Exception {
      MappedRegion region = mapping.mapConfined();
      others.add(new FileInputStream("/dev/null"));
      return region;
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

  /** Makes each call of a region for the first time when no descriptor is free. */
  static final class Caller {
    public static void main(String... arguments) throws Exception {
      List<MappedRegion> regions = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        regions.add(Mapping.anonymous(2 * Mman.pageSize()).mapShared());
      }
      Taker.leaveDescriptors(0);
      MappedRegion region = regions.getFirst();
      long bytes = region.read(0, MemorySegment.ofArray(new byte[10]));
      bytes += region.write(0, MemorySegment.ofArray(new byte[10]));
      region.sync();
      region.advise(Advice.RANDOM);
      region.populate();
      region.protect(Protection.READ);
      region.join(region.split(Mman.pageSize()));
      region.resize(Mman.pageSize());
      try {
        region.stats();
      } catch (UnsupportedOperationException e) {
        System.out.println(bytes + " " + e.getMessage());
      }
      regions.forEach(MappedRegion::close);
    }
  }

  @Test
  void noDescriptorIsLeftForTheFirstCallOfARegion() {
    ChildJvm child = ChildJvm.of(Caller.class).under("prlimit", "--nofile=64:64");
    String line = child.run().lines().getFirst();
    assertTrue(line.startsWith("20 this needs /proc/self/smaps, which cannot be read"), line);
  }

  @ParameterizedTest
  @ValueSource(strings = {"files", "memoryFiles"})
  void noDescriptorIsLeft(String what) {
    assertReportsDescriptors(ChildJvm.of(Taker.class), what);
  }

  /** The library's first call takes the last descriptor, and the second call fails. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "files",
        "memoryFiles",
        "sharedMemory",
        "mappings",
        "populatedMappings",
        "createdMappings"
      })
  void oneDescriptorIsLeftForTheFirstCall(String what, @TempDir Path folder) throws IOException {
    ChildJvm child = ChildJvm.of(Taker.class);
    assertReportsDescriptors(child, what, "1");
    assertReportsDescriptors(child.onClassPath(LibraryJar.in(folder).toString()), what, "1");
  }

  private static void assertReportsDescriptors(ChildJvm child, String... arguments) {
    List<String> lines = child.under("prlimit", "--nofile=64:64").run(arguments).lines();
    String reason =
        ": EMFILE (Too many open files): RLIMIT_NOFILE allows 64 descriptors, and all are in use:"
            + " raise the limit (ulimit -n)";
    assertEquals("again", lines.get(1), () -> lines.toString());
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
