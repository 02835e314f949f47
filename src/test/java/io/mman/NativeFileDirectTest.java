package io.mman;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Requirements;
import io.mman.testing.Samples;
import io.mman.testing.SmallDisk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transfers that bypass the page cache, and atomic writes. */
class NativeFileDirectTest {
  private static final int MIB = 1 << 20;

  /** By name, because the module of the class is not one of the library's. */
  private static final OpenOption DIRECT = direct();

  @TempDir Path folder;

  private static OpenOption direct() {
    try {
      Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
      return (OpenOption) options.getField("DIRECT").get(null);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static String message(Runnable action) {
    return assertThrows(MmanException.class, action::run).getMessage();
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw new AssertionError();
    }
  }

  /** Reads and writes a file of 3 MiB and 5000 bytes on ext4. */
  static class OnExt4 {
    private static final int SIZE = 3 * MIB + 5000;
    private static final Arena ARENA = Arena.global();

    private static NativeFile file;
    private static Path path;

    public static void main(String... arguments) throws Exception {
      path = Path.of(arguments[0], "file");
      Files.write(path, Samples.bytes(0, SIZE));
      file = NativeFile.open(path, WRITE, DIRECT);
      System.out.println(file.directLimits());
      bypass();
      transfer();
      print(() -> file.read(1, aligned(4096)));
      print(() -> file.write(512, aligned(4097).asSlice(1)));
      print(() -> file.write(0, MemorySegment.ofArray(new byte[5000])));
      print(() -> file.write(1, aligned(4096), WriteFlag.DSYNC));
      print(() -> file.write(512, aligned(4096), WriteFlag.ATOMIC));
      file.close();
      try (NativeFile buffered = NativeFile.open(path, WRITE)) {
        print(() -> buffered.write(0, aligned(4096), WriteFlag.ATOMIC));
      }
      require(Arrays.equals(Samples.bytes(0, SIZE), Files.readAllBytes(path)));
    }

    private static MemorySegment aligned(long bytes) {
      return ARENA.allocate(bytes, 4096);
    }

    /** Nothing of what is read or written comes into the page cache. */
    private static void bypass() throws IOException {
      file.syncData();
      file.advise(FileAdvice.DONTNEED, 0, 0);
      MemorySegment target = aligned(8192);
      require(file.read(4096, target) == 8192);
      require(Arrays.equals(Samples.bytes(4096, 8192), Samples.bytes(target)));
      require(file.write(4096, target) == 8192);
      require(file.cacheStat(0, 0).cached() == 0);
    }

    /** Memory on the heap is aligned by the buffer; the end of the file need not be. */
    private static void transfer() {
      int most = SIZE / 4096 * 4096 + 4096;
      for (MemorySegment target : List.of(aligned(most), MemorySegment.ofArray(new byte[most]))) {
        require(file.read(0, target) == SIZE);
        require(target.mismatch(MemorySegment.ofArray(Samples.bytes(0, SIZE))) == SIZE);
        require(file.write(0, target.asSlice(0, 3 * MIB)) == 3 * MIB);
        require(file.read(most, target) == 0);
      }
    }

    private static void print(Runnable action) {
      try {
        action.run();
        System.out.println("done");
      } catch (MmanException e) {
        System.out.println(e.getMessage().replaceFirst("address=0x[0-9a-f]+", "address"));
      }
    }
  }

  @Test
  void directTransfersAreAlignedAndBypassThePageCache() {
    String path = SmallDisk.EXT4.path(folder) + "/file";
    List<String> lines =
        ChildJvm.of(OnExt4.class)
            .under(SmallDisk.EXT4.mountedAt(folder))
            .run(SmallDisk.EXT4.path(folder))
            .lines();
    String limits = lines.getFirst();
    assertTrue(
        limits.matches("DirectLimits\\[memoryAlignment=[1-9]\\d*, offsetAlignment=[1-9].*"),
        limits);
    String[] numbers = limits.replaceAll("[^0-9,]", "").split(",");
    String reason =
        "): EINVAL (Invalid argument): the file is open with DIRECT, so the address must be a"
            + " multiple of "
            + numbers[0]
            + ", and the position and the number of bytes multiples of "
            + numbers[1];
    List<String> expected =
        List.of(
            "pread(\"" + path + "\", address, length=4096, offset=1" + reason,
            "pwrite(\"" + path + "\", address, length=4096, offset=512" + reason,
            "pwrite(\"" + path + "\", address, length=5000, offset=0" + reason,
            "pwritev2(\"" + path + "\", address, length=4096, offset=1, DSYNC" + reason);
    assertEquals(expected, lines.subList(1, 5));
    String atomic = lines.get(5);
    assertTrue(atomic.contains(numbers[3].equals("0") ? "EOPNOTSUPP" : "EINVAL"), atomic);
    assertTrue(
        atomic.endsWith(
            numbers[3].equals("0")
                ? "the file system or the medium does not support ATOMIC"
                : "bytes, and a position that is a multiple of it"),
        atomic);
    assertTrue(
        lines.get(6).endsWith("ATOMIC requires a file that is open with DIRECT"), lines.get(6));
  }

  @Test
  void blockDevicesAreReadAndWrittenUpToTheirEnd() {
    Requirements.requirePrograms("losetup");
    Requirements.requireRoot();
    Path image = Samples.file(folder, 64 << 10);
    Command.Outcome setup = Command.run(List.of("losetup", "--find", "--show", image.toString()));
    Path path = Path.of(setup.success().strip());
    try (NativeFile device = NativeFile.open(path, WRITE, DIRECT);
        Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(8192, 4096);
      assertEquals(8192, device.read(4096, memory));
      assertEquals(Samples.at(4096 + 100), Samples.bytes(memory)[100]);
      assertEquals(4096, device.read(60 << 10, memory));
      assertEquals(0, device.read(64 << 10, memory));
      memory.fill((byte) -1);
      assertEquals(4096, device.write(60 << 10, memory));
      assertTrue(
          message(() -> device.write(64 << 10, memory))
              .endsWith("the disk is full, or this is past the end of the device"));
      assertTrue(device.directLimits().offsetAlignment() >= 512);
      assertTrue(message(() -> device.read(0, memory.asSlice(0, 100))).contains("EINVAL"));
    } finally {
      Command.run(List.of("losetup", "--detach", path.toString())).success();
    }
    assertEquals(-1, Samples.read(image, (60 << 10) + 100, 1)[0]);
  }

  @Test
  void filesWithoutAMediumRefuseDirect() {
    for (String path : List.of("/proc/version", "/dev/zero")) {
      String message = message(() -> NativeFile.open(Path.of(path), DIRECT).close());
      assertEquals(
          "open(\""
              + path
              + "\", O_RDONLY|O_NOCTTY|O_CLOEXEC|O_DIRECT): EINVAL (Invalid argument): the file"
              + " system or the device does not support DIRECT",
          message);
    }
  }

  @Test
  void filesThatCannotBeReadDirectlyHaveNoLimits() {
    try (NativeFile device = NativeFile.open(Path.of("/dev/zero"));
        NativeFile memory = NativeFile.memory("limits", 1)) {
      assertEquals(new DirectLimits(0, 0, 0, 0), device.directLimits());
      assertEquals(0, memory.directLimits().atomicMax());
    }
  }

  /** Reads what is and what is not in the page cache of ext4. */
  static class Waiting {
    public static void main(String... arguments) {
      MemorySegment heap = MemorySegment.ofArray(new byte[MIB]);
      MemorySegment memory = Arena.global().allocate(MIB);
      try (NativeFile file = NativeFile.open(Path.of(arguments[0], "file"), WRITE, CREATE)) {
        file.write(0, heap, WriteFlag.DSYNC);
        System.out.println("dirty " + (file.cacheStat(0, 0).dirty() > 0));
        file.write(0, memory);
        System.out.println("dirty " + (file.cacheStat(0, 0).dirty() > 0));
        file.write(0, memory, WriteFlag.SYNC);
        for (MemorySegment target : List.of(heap, memory)) {
          file.advise(FileAdvice.DONTNEED, 0, 0);
          System.out.println(file.read(0, target.asSlice(0, 4096), ReadFlag.NOWAIT));
          require(file.read(0, target) == MIB);
          System.out.println(file.read(0, target, ReadFlag.NOWAIT));
          System.out.println(file.read(MIB, target, ReadFlag.NOWAIT));
        }
        file.advise(FileAdvice.DONTNEED, 0, 0);
        require(file.read(0, memory, ReadFlag.DONTCACHE) == MIB);
        System.out.println("cached " + file.cacheStat(0, 0).cached());
        refuse(() -> file.write(0, memory, WriteFlag.NOWAIT));
      }
      try (NativeFile inMemory = NativeFile.memory("nowait", 0)) {
        refuse(() -> inMemory.write(0, heap, WriteFlag.NOWAIT));
        refuse(() -> inMemory.read(0, heap, ReadFlag.DONTCACHE));
      }
    }

    private static void refuse(Runnable action) {
      try {
        action.run();
        System.out.println("done");
      } catch (MmanException e) {
        System.out.println(e.call() + e.getMessage().replaceFirst(".*offset=\\d+", ""));
      }
    }
  }

  @Test
  void flagsDoWhatTheySay() {
    List<String> lines =
        ChildJvm.of(Waiting.class)
            .under(SmallDisk.EXT4.mountedAt(folder))
            .run(SmallDisk.EXT4.path(folder))
            .lines();
    String refused =
        "): EOPNOTSUPP (Operation not supported): the kernel, the file system or the medium does"
            + " not support one of the flags for this file";
    assertEquals(
        List.of(
            "dirty false",
            "dirty true",
            "-1",
            "1048576",
            "0",
            "-1",
            "1048576",
            "0",
            "cached 0",
            "pwritev2, NOWAIT" + refused,
            "pwritev2, NOWAIT" + refused,
            "preadv2, DONTCACHE" + refused),
        lines);
  }
}
