package io.mman;

import static io.mman.testing.Checks.assertArrayEquals;
import static io.mman.testing.Checks.assertEquals;
import static io.mman.testing.Checks.assertThrows;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.mman.testing.OpenFiles;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** What read and write do in a JVM whose kernel refuses the calls that copy with one call. */
final class RefusedCopies {
  private static final long PAGE = Mman.pageSize();

  /** Many times what a pipe holds, and no multiple of it. */
  private static final long LARGE = (3 << 20) + 5 * PAGE + 77;

  private static Path folder;

  private RefusedCopies() {}

  /** Takes a folder for files. */
  public static void main(String... arguments) throws Exception {
    folder = Path.of(arguments[0]);
    Mapping.anonymous(PAGE).mapConfined().read(0, memory(1, true));
    Samples.file(folder, 1); // makes the JVM open /dev/random, too
    var open = OpenFiles.all();
    regionsOfEveryKindAreCopied();
    aWrapperIsCopied();
    privateBytesAreReadAndStayPrivate();
    devicesAreReadFromTheirPages();
    RefusedCopyFaults.run(folder);
    aRegionOutlivesItsFile();
    closedRegionsAreRefusedAndEmptyRangesAllowed();
    virtualThreadsCopy();
    partsAndGrownRegionsAreReadFromTheirPlaceInTheFile();
    offsetsMayBeLarge();
    assertEquals(open, OpenFiles.all());
    System.out.println("fine");
  }

  private static void regionsOfEveryKindAreCopied() {
    Path path = Samples.file(folder, LARGE);
    Mapping writable = Mapping.file(path).readWrite();
    try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE);
        NativeFile readable = NativeFile.open(path);
        NativeFile memory = NativeFile.memory("copied", LARGE)) {
      List<Mapping> mappings =
          List.of(
              writable,
              writable.reserve(2 * LARGE),
              writable.copyOnWrite(),
              Mapping.file(file).readWrite(),
              Mapping.file(file).range(PAGE + 9, LARGE - 2 * PAGE).readWrite(),
              Mapping.file(readable).copyOnWrite().readWrite(),
              Mapping.file(memory).readWrite(),
              Mapping.anonymous(LARGE),
              Mapping.anonymous(LARGE).shared());
      for (Mapping mapping : mappings) {
        try (MappedRegion region = mapping.mapConfined()) {
          assertCopies(region, true);
          assertCopies(region, false);
        }
      }
      try (MappedRegion region = Mapping.file(readable).mapConfined()) {
        assertReads(region, 5, LARGE - 5, true);
      }
    }
    assertEquals(LARGE, path.toFile().length());
  }

  private static void assertCopies(MappedRegion region, boolean onHeap) {
    long size = region.size();
    for (long offset : new long[] {0, 1, PAGE - 1, PAGE, size - 1, size - PAGE}) {
      for (long bytes : new long[] {1, 100, PAGE, PAGE + 1, 65536, 65537, size}) {
        long length = Math.min(bytes, size - offset);
        assertReads(region, offset, length, onHeap);
        MemorySegment source = memory(length, onHeap);
        source.copyFrom(MemorySegment.ofArray(Samples.bytes(offset + bytes, length)));
        assertEquals(length, region.write(offset, source));
        MemorySegment written = region.segment().asSlice(offset, length);
        assertEquals(-1, written.mismatch(source));
      }
    }
  }

  static void assertReads(MappedRegion region, long offset, long length, boolean onHeap) {
    MemorySegment target = memory(length, onHeap);
    assertEquals(length, region.read(offset, target));
    assertEquals(-1, region.segment().asSlice(offset, length).mismatch(target));
  }

  static MemorySegment memory(long size, boolean onHeap) {
    return onHeap ? MemorySegment.ofArray(new byte[(int) size]) : Arena.ofAuto().allocate(size);
  }

  private static void aWrapperIsCopied() throws IOException {
    Path path = Samples.file(folder, 3 * PAGE);
    try (FileChannel channel =
            FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = channel.map(MapMode.READ_WRITE, 0, 3 * PAGE, arena);
      MappedRegion region = MappedRegion.of(mapped.asSlice(5, 2 * PAGE));
      assertReads(region, 1, PAGE, true);
      assertEquals(3, region.write(PAGE - 6, MemorySegment.ofArray(new byte[] {1, 2, 3})));
      assertArrayEquals(new byte[] {1, 2, 3}, Samples.read(path, PAGE - 1, 3));
      Samples.resize(path, PAGE);
      assertEquals(PAGE - 5, region.read(0, memory(2 * PAGE, true)));
      MappedRegion readOnly = MappedRegion.of(mapped.asReadOnly());
      assertThrows(IllegalArgumentException.class, () -> readOnly.write(0, memory(1, true)));
      assertThrows(
          IllegalArgumentException.class, () -> region.read(0, memory(1, true).asReadOnly()));
    }
  }

  private static void privateBytesAreReadAndStayPrivate() {
    Path path = Samples.file(folder, 3 * PAGE);
    Mapping ofPath = Mapping.file(path).create(3 * PAGE).reserve(9 * PAGE); // keeps a descriptor
    try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE)) {
      for (Mapping mapping : List.of(Mapping.file(file), ofPath)) {
        Mapping own = mapping.copyOnWrite().readWrite();
        try (MappedRegion region = own.mapShared()) {
          region.segment().fill((byte) -1);
          assertReads(region, 0, 3 * PAGE, false);
          region.write(PAGE, memory(PAGE, true));
          assertEquals(0, region.segment().get(JAVA_BYTE, PAGE));
          assertReads(region, PAGE - 1, PAGE, true);
        }
      }
    }
    assertArrayEquals(Samples.bytes(0, 3 * PAGE), Samples.read(path, 0, (int) (3 * PAGE)));
  }

  /** A shared mapping of this device is memory of its own; reading the device yields zeros. */
  private static void devicesAreReadFromTheirPages() {
    try (NativeFile zero = NativeFile.open(Path.of("/dev/zero"), StandardOpenOption.WRITE);
        MappedRegion region = Mapping.file(zero).range(0, PAGE).readWrite().mapShared()) {
      region.segment().fill((byte) 5);
      assertReads(region, 0, PAGE, true);
    }
  }

  private static void aRegionOutlivesItsFile() throws IOException {
    Path path = Samples.file(folder, 3 * PAGE);
    NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE);
    try (MappedRegion region = Mapping.file(file).readWrite().mapShared()) {
      file.close();
      Files.delete(path);
      assertCopies(region, true);
    }
  }

  private static void closedRegionsAreRefusedAndEmptyRangesAllowed() {
    Path path = Samples.file(folder, PAGE);
    MappedRegion region = Mapping.file(path).readWrite().mapShared();
    assertEquals(0, region.read(PAGE, memory(0, true)));
    assertEquals(0, region.write(PAGE, memory(0, false)));
    assertThrows(IndexOutOfBoundsException.class, () -> region.read(1, memory(PAGE, true)));
    region.close();
    assertThrows(IllegalStateException.class, () -> region.read(0, memory(1, true)));
    assertThrows(IllegalStateException.class, () -> region.write(0, memory(1, true)));
    try (MappedRegion empty = Mapping.anonymous(0).mapConfined()) {
      assertEquals(0, empty.read(0, memory(0, false)));
    }
  }

  private static void virtualThreadsCopy() throws InterruptedException {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (MappedRegion region = Mapping.anonymous(LARGE).mapShared()) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        long offset = i * 7 * PAGE + i;
        threads.add(
            Thread.ofVirtual()
                .uncaughtExceptionHandler((thread, e) -> failure.set(e))
                .start(
                    () -> {
                      byte[] bytes = Samples.bytes(offset, 7 * PAGE);
                      region.write(offset, MemorySegment.ofArray(bytes));
                      MemorySegment target = memory(7 * PAGE, false);
                      region.read(offset, target);
                      assertArrayEquals(bytes, Samples.bytes(target));
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertEquals(null, failure.get());
  }

  private static void partsAndGrownRegionsAreReadFromTheirPlaceInTheFile() {
    Path path = Samples.file(folder, 9 * PAGE);
    Mapping mapping = Mapping.file(path).readWrite().reserve(20 * PAGE);
    try (MappedRegion region = mapping.range(2 * PAGE + 3, 5 * PAGE - 3).mapConfined()) {
      try (MappedRegion rest = region.split(PAGE - 3)) {
        assertReads(rest, 1, 2 * PAGE, true);
        assertReads(region, 1, PAGE - 4, true);
        region.join(rest);
      }
      region.resize(7 * PAGE - 3);
      assertReads(region, PAGE - 5, 5 * PAGE, false);
    }
  }

  private static void offsetsMayBeLarge() {
    long offset = (5L << 30) - 9;
    Path path = Samples.sparse(folder, 6L << 30);
    byte[] bytes = Samples.bytes(0, 3 * PAGE);
    Mapping writable = Mapping.file(path).readWrite();
    try (MappedRegion bare = writable.mapConfined();
        MappedRegion keeping = writable.reserve(7L << 30).mapConfined()) {
      assertEquals(bytes.length, bare.write(offset, MemorySegment.ofArray(bytes)));
      assertReads(bare, offset, bytes.length, true);
      assertReads(keeping, offset, bytes.length, false);
      assertArrayEquals(bytes, Samples.bytes(keeping.segment().asSlice(offset, bytes.length)));
    }
  }
}
