package io.mman;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Elsewhere;
import io.mman.testing.Leaks;
import io.mman.testing.Pages;
import io.mman.testing.SmallDisk;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transfers that end early, that are larger than a system call can be, or that are in flight. */
class NativeFileTransferLimitsTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;

  private static MemorySegment heap(int bytes) {
    MemorySegment heap = MemorySegment.ofArray(new byte[bytes]);
    heap.fill((byte) 7);
    return heap;
  }

  private static void print(
      NativeFile file, long position, MemorySegment source, WriteFlag... flags) {
    try {
      System.out.println(file.write(position, source, flags) + " of " + file.size());
    } catch (MmanException e) {
      System.out.println(e.call() + " " + e.getMessage().replaceFirst(".*\\): ", ""));
    }
  }

  /** Writes to the largest size that a file may have, and past it. */
  static class Grower {
    public static void main(String... arguments) {
      try (NativeFile file = NativeFile.open(Path.of(arguments[0]), WRITE, CREATE)) {
        print(file, MIB - 10, heap(100));
        print(file, MIB, heap(100));
        print(file, 0, heap(1), WriteFlag.APPEND);
        file.resize(0);
        print(file, 0, Arena.global().allocate(3 * MIB));
        file.resize(0);
        print(file, 0, heap(3 * MIB));
      }
    }
  }

  @Test
  void thePartBelowTheLimitOfFileSizesIsWritten() {
    String path = folder.resolve("file").toString();
    String reason = " the file would be larger than the file system or RLIMIT_FSIZE allows";
    assertEquals(
        List.of(
            "10 of 1048576",
            "pwrite" + reason,
            "pwritev2" + reason,
            "1048576 of 1048576",
            "1048576 of 1048576"),
        ChildJvm.of(Grower.class).under("prlimit", "--fsize=" + MIB).run(path).lines());
  }

  /** Fills a disk of 8 MiB. */
  static class Filler {
    public static void main(String... arguments) {
      Path disk = Path.of(arguments[0]);
      for (MemorySegment source : List.of(Arena.global().allocate(16 * MIB), heap(16 * MIB))) {
        try (NativeFile file = NativeFile.open(disk.resolve("file"), WRITE, CREATE)) {
          source.fill((byte) 7);
          long written = file.write(5, source);
          System.out.println(written > 7 * MIB && written < 8 * MIB);
          System.out.println(file.size() == written + 5);
          print(file, written + 5, source);
          MemorySegment read = MemorySegment.ofArray(new byte[16 * MIB]);
          System.out.println(file.read(5, read) == written);
          System.out.println(read.mismatch(source) == written);
          file.resize(MIB);
          written = file.write(0, source, WriteFlag.APPEND);
          System.out.println(file.size() == written + MIB);
          print(file, 0, source, WriteFlag.APPEND);
          file.resize(0);
        }
      }
    }
  }

  @Test
  void thePartThatFitsOnTheDiskIsWritten() {
    String reason = " the disk is full, or this is past the end of the device";
    List<String> each =
        List.of("true", "true", "pwrite" + reason, "true", "true", "true", "pwritev2" + reason);
    List<String> lines =
        ChildJvm.of(Filler.class)
            .under(SmallDisk.TMPFS.mountedAt(folder))
            .run(SmallDisk.TMPFS.path(folder))
            .lines();
    assertEquals(each, lines.subList(0, each.size()));
    assertEquals(each, lines.subList(each.size(), lines.size()));
  }

  /** A sparse file, and memory that consists of the same pages again and again. */
  @Test
  void moreThanTwoGibibytesAreRead() {
    long piece = 64L * MIB;
    long size = 33 * piece;
    try (NativeFile file = NativeFile.memory("large", size);
        NativeFile same = NativeFile.memory("same", piece);
        Pages space = Pages.anonymous(size / Pages.SIZE, Protection.NONE)) {
      MemorySegment target = space.segment();
      for (long at = 0; at < size; at += piece) {
        EnumSet<MapFlag> flags = EnumSet.of(MapFlag.SHARED, MapFlag.FIXED);
        MemorySegment part = MemorySegment.ofAddress(target.address() + at);
        Mman.mmap(part, piece, Protection.READ_WRITE, flags, same.fd(), 0);
      }
      file.write(size - piece, heap(1));
      file.write(size - 1, heap(1));

      assertEquals(size, file.read(0, target));

      assertEquals(7, target.get(ValueLayout.JAVA_BYTE, 0));
      assertEquals(0, target.get(ValueLayout.JAVA_BYTE, 1));
      assertEquals(7, target.get(ValueLayout.JAVA_BYTE, size - 1));
    }
  }

  /** The device looks at no byte. */
  @Test
  void moreThanTwoGibibytesAreWritten() {
    long size = 5L << 30;
    try (NativeFile file = NativeFile.open(Path.of("/dev/null"), WRITE);
        MappedRegion region = Mapping.anonymous(size).flags(MapFlag.NORESERVE).mapConfined()) {
      MemorySegment source = region.segment();
      assertEquals(size, file.write(0, source));
      assertEquals(size, file.write(0, source, WriteFlag.DSYNC));
      // A second call could append behind the bytes of another writer.
      assertEquals(0x7ffff000L, file.write(0, source, WriteFlag.APPEND));
      String message =
          assertThrows(
                  IllegalArgumentException.class, () -> file.write(0, source, WriteFlag.ATOMIC))
              .getMessage();
      assertEquals("an atomic write has at most 2147479552 bytes, not 5368709120", message);
    }
  }

  @Test
  void theBufferOfAHeapSegmentIsReleased() {
    MemorySegment heap = heap(32 * MIB);
    try (NativeFile file = NativeFile.memory("buffer", 32 * MIB)) {
      Leaks.noAddressSpace(() -> file.read(0, heap));
      Leaks.noAddressSpace(() -> file.write(0, heap, WriteFlag.APPEND));
      NativeFile readOnly = NativeFile.open(file.path());
      Leaks.noAddressSpace(() -> assertFails(readOnly, heap));
      readOnly.close();
    }
  }

  private static void assertFails(NativeFile readOnly, MemorySegment heap) {
    MmanException e =
        assertThrows(MmanException.class, () -> readOnly.write(0, heap, WriteFlag.APPEND));
    assertEquals(Errno.EBADF, e.error());
  }

  /** What the read has not reached when close returns would never be read. */
  @Test
  void closingTheFileWaitsForATransfer() throws Throwable {
    long size = 128L * MIB;
    NativeFile file = NativeFile.open(Path.of("/dev/zero"));
    try (MappedRegion region = Mapping.anonymous(size).hugePages().mapShared()) {
      MemorySegment target = region.segment();
      target.set(ValueLayout.JAVA_BYTE, size - 1, (byte) 1);
      Elsewhere reader =
          Elsewhere.start(() -> assertEquals(size, file.read(0, target))).awaitIn("pread");
      file.close();
      assertEquals(0, target.get(ValueLayout.JAVA_BYTE, size - 1));
      reader.join();
    }
  }

  /** Otherwise the kernel would write to memory that may already be something else. */
  @ParameterizedTest
  @ValueSource(strings = {"pread", "preadv2"})
  void theMemoryStaysWhileTheKernelWritesIt(String call) throws Throwable {
    long size = 128L * MIB;
    ReadFlag[] flags = call.equals("pread") ? new ReadFlag[0] : new ReadFlag[] {ReadFlag.HIPRI};
    Arena arena = Arena.ofShared();
    MemorySegment target = arena.allocate(size);
    target.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
    try (NativeFile file = NativeFile.open(Path.of("/dev/zero"))) {
      Elsewhere reader = Elsewhere.start(() -> assertEquals(size, file.read(0, target, flags)));
      while ((byte) ValueLayout.JAVA_BYTE.varHandle().getVolatile(target, 0L) != 0) {
        Thread.onSpinWait(); // until the kernel has begun
      }
      boolean closed = false;
      while (!closed) {
        try {
          arena.close();
          closed = true;
        } catch (IllegalStateException inUse) {
          Thread.onSpinWait();
        }
      }
      reader.join();
    }
    assertTrue(!target.scope().isAlive());
  }

  /** Appends of several threads, each of which is found in one piece. */
  @Test
  void appendsAreNeverMixed() throws Throwable {
    int bytes = 100_000;
    try (NativeFile file = NativeFile.open(folder.resolve("log"), WRITE, CREATE)) {
      Elsewhere[] writers = new Elsewhere[4];
      for (int i = 0; i < writers.length; i++) {
        MemorySegment source = heap(bytes);
        source.fill((byte) (i + 1));
        writers[i] =
            Elsewhere.start(
                () -> {
                  for (int n = 0; n < 20; n++) {
                    assertEquals(bytes, file.write(0, source, WriteFlag.APPEND));
                  }
                });
      }
      for (Elsewhere writer : writers) {
        writer.join();
      }
      assertEquals(4L * 20 * bytes, file.size());
      MemorySegment read = MemorySegment.ofArray(new byte[bytes]);
      for (long at = 0; at < file.size(); at += bytes) {
        file.read(at, read);
        MemorySegment first = heap(bytes);
        first.fill(read.get(ValueLayout.JAVA_BYTE, 0));
        assertEquals(-1, first.mismatch(read));
      }
    }
  }
}
