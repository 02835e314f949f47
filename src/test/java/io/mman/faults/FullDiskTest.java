package io.mman.faults;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.Advice;
import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.testing.ChildJvm;
import io.mman.testing.SmallDisk;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A small disk that fills up, in memory and on ext4: the calls fail, and no store raises a signal.
 */
class FullDiskTest {
  private static final long MIB = 1 << 20;

  /** More than the disk has. */
  private static final long BYTES = 64 * MIB;

  @TempDir Path folder;

  /** Fills the disk in every possible way, and uses it again in between. */
  static class Filler {
    public static void main(String... arguments) throws Exception {
      Path disk = Path.of(arguments[0]);
      Path path = disk.resolve("file");
      report("preallocate", () -> Mapping.file(path).create(BYTES).preallocate().mapConfined());
      System.out.println("left " + Files.exists(path));
      try (NativeFile file = NativeFile.open(path, WRITE, CREATE)) {
        report("allocate", () -> file.allocate(0, BYTES));
        file.resize(0); // some blocks may be allocated
        file.allocate(0, MIB);
        file.resize(BYTES); // the rest is a hole for which the disk has no room
        Mapping mapping = Mapping.file(file).protection(Protection.READ_WRITE);
        try (MappedRegion region = mapping.mapShared()) {
          fill(region);
          report("write", () -> region.write(BYTES - MIB, pages()));
          report("heap", () -> region.write(BYTES - MIB, MemorySegment.ofArray(new byte[10])));
          report("advise", () -> region.advise(Advice.POPULATE_WRITE));
          region.write(MIB / 2, MemorySegment.ofArray(new byte[10])); // its blocks are allocated
          trySync(region);
        }
        file.resize(0);
        reuse(mapping, file);
      }
    }

    /** Through the kernel, until the disk is full. */
    private static void fill(MappedRegion region) {
      long done = 0;
      try {
        while (done < BYTES) {
          done += region.write(done, pages());
        }
      } catch (MmanException e) {
        System.out.println("fill " + e.call() + " " + e.error() + " " + (done > MIB));
      }
    }

    private static MemorySegment pages() {
      return Arena.ofAuto().allocate(MIB / 4);
    }

    /** ext4, which allocates blocks late, may report the full disk only here. */
    private static void trySync(MappedRegion region) {
      try {
        region.sync();
      } catch (MmanException e) {
        if (e.error() != Errno.ENOSPC && e.error() != Errno.EIO) {
          throw e;
        }
      }
    }

    private static void reuse(Mapping mapping, NativeFile file) {
      file.resize(MIB);
      try (MappedRegion region = mapping.preallocate().populate().mapConfined()) {
        region.segment().fill((byte) 1);
        region.sync();
      }
      System.out.println("again");
    }

    private static void report(String what, Runnable call) {
      try {
        call.run();
        System.out.println(what + " done");
      } catch (MmanException e) {
        System.out.println(what + " " + e.call() + " " + e.error());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyWayToFillItIsAnError(SmallDisk disk) {
    assertEquals(
        List.of(
            "preallocate posix_fallocate ENOSPC",
            "left false",
            "allocate posix_fallocate ENOSPC",
            "fill process_vm_writev EFAULT true",
            "write process_vm_writev EFAULT",
            "heap process_vm_writev EFAULT",
            "advise madvise EFAULT",
            "again"),
        ChildJvm.of(Filler.class).under(disk.mountedAt(folder)).run(disk.path(folder)).lines());
  }
}
