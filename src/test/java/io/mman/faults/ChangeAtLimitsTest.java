package io.mman.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.MapFlag;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.testing.ChildJvm;
import io.mman.testing.Requirements;
import io.mman.testing.Views;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Changes that fail at a limit of the process: size, protection and bytes are as before, and the
 * region can be used again once the limit allows it.
 */
class ChangeAtLimitsTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  @Test
  void theAddressSpaceOfTheProcess() {
    ChildJvm child = ChildJvm.of(Child.class).under("prlimit", "--as=" + (1L << 39));

    assertEquals(List.of("failed: [move]"), child.run("space").lines());
  }

  @Test
  void theAreasOfTheProcess() throws IOException {
    String limit = Files.readAllLines(Path.of("/proc/sys/vm/max_map_count")).getFirst();
    assumeTrue(Long.parseLong(limit) < 100_000, "vm.max_map_count is large: " + limit);
    ChildJvm child =
        ChildJvm.of(Child.class)
            .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xms64m")
            // The JVM gets no more memory either, so the code cache is allocated in advance.
            .options("-XX:InitialCodeCacheSize=48m", "-XX:ReservedCodeCacheSize=48m")
            .options("-XX:ReplayDataFile=/dev/null");

    // Changes that need no further area work: growing in a reserve, shrinking, removing
    // permissions, splitting.
    assertEquals(List.of("failed: [move]"), child.run("areas").lines());
  }

  /** Kernels before 6.17 do not move several areas at once. */
  @Test
  void aKernelThatDoesNotMovePages() {
    Requirements.requireTracing();
    String log = folder.resolve("log").toString();
    ChildJvm child =
        ChildJvm.of(Child.class)
            .under(
                "strace",
                "-f",
                "-o",
                log,
                "-e",
                "trace=mremap",
                "-e",
                "inject=mremap:error=EFAULT");

    assertEquals(List.of("failed: [move]"), child.run("moves").lines());
  }

  /** Changes regions of each kind before, at, and after a limit. */
  static class Child {
    private static final long SIZE = 8 * PAGE;

    private final NativeFile file = NativeFile.memory("limits", 1L << 40);
    private final List<MappedRegion> regions = new ArrayList<>();
    private final TreeSet<String> failed = new TreeSet<>();

    public static void main(String... arguments) {
      Child child = new Child();
      child.map();
      child.changeAll(2 * SIZE); // loads the classes of the error path before memory runs out
      child.provoke();
      child.failed.clear();
      switch (arguments[0]) {
        case "space" -> child.changeAll(1L << 39);
        case "areas" -> {
          MemorySegment filler = fillAreas();
          child.changeAll(2 * SIZE);
          Mman.munmap(filler);
        }
        default -> child.changeAll(2 * SIZE);
      }
      String line = "failed: " + child.failed;
      if (!arguments[0].equals("moves")) {
        child.failed.clear();
        child.changeAll(2 * SIZE);
        require(child.failed.isEmpty(), "once there is room again");
      }
      child.regions.forEach(MappedRegion::close);
      child.file.resize(0);
      System.out.println(line);
    }

    private void map() {
      Mapping anonymous = Mapping.anonymous(SIZE);
      Mapping mapped = Mapping.file(file).range(PAGE, SIZE).protection(Protection.READ_WRITE);
      for (Mapping kind : List.of(anonymous, mapped)) {
        regions.add(kind.mapShared());
        regions.add(kind.guardPages().mapShared());
        regions.add(kind.alignment(16 * PAGE).mapConfined());
        MappedRegion several = kind.mapShared();
        several.lock(0, PAGE);
        regions.add(several);
      }
      regions.add(anonymous.hugePages().mapShared());
      regions.add(anonymous.reserve(4 * SIZE).mapShared());
      regions.add(mapped.reserve(4 * SIZE).mapShared());
      regions.forEach(region -> Views.mark(region.segment()));
    }

    /** Fails once in each way. */
    private void provoke() {
      for (MappedRegion region : regions) {
        change("provoked", region, () -> region.resize(1L << 46), 0);
      }
    }

    private void changeAll(long large) {
      for (MappedRegion region : regions) {
        int index = regions.indexOf(region);
        boolean reserved = index >= regions.size() - 2;
        String grow =
            !reserved ? "move" : index == regions.size() - 1 ? "file in reserve" : "in reserve";
        long larger = reserved ? 2 * SIZE : large;
        change(grow, region, () -> region.resize(larger), larger);
        change("shrink", region, () -> region.resize(SIZE), SIZE);
        change("narrow", region, () -> region.protect(Protection.READ), SIZE);
        change("widen", region, () -> region.protect(Protection.READ_WRITE), SIZE);
        change("split", region, () -> region.join(region.split(PAGE)), SIZE);
      }
    }

    private void change(String name, MappedRegion region, Runnable step, long newSize) {
      long size = region.size();
      Protection protection = region.protection();
      try {
        step.run();
        require(region.size() == newSize, name);
      } catch (MmanException | IllegalArgumentException e) {
        require(region.size() == size && region.protection() == protection, name);
        failed.add(name);
      }
      require(region.isAlive(), name);
      Views.assertAlive(region.segment());
      Views.assertMarked(region.segment(), 0, SIZE);
    }

    private static MemorySegment fillAreas() {
      long pages = 200_000;
      var flags = EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, MapFlag.NORESERVE);
      MemorySegment memory =
          Mman.mmap(MemorySegment.NULL, pages * PAGE, Protection.NONE, flags, -1, 0);
      boolean wasFull = false; // the library keeps some areas, and gives them up the first time
      for (long page = 1; page < pages; page += 2) {
        try {
          Mman.mprotect(memory.asSlice(page * PAGE, PAGE), Protection.READ);
        } catch (MmanException full) {
          if (wasFull) {
            return memory;
          }
          wasFull = true;
        }
      }
      throw new AssertionError("no limit");
    }

    private static void require(boolean condition, String what) {
      if (!condition) {
        throw new AssertionError(what);
      }
    }
  }
}
