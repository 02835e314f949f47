package io.mman;

import static io.mman.RefusedCopies.assertReads;
import static io.mman.RefusedCopies.memory;
import static io.mman.testing.Checks.assertArrayEquals;
import static io.mman.testing.Checks.assertEquals;
import static io.mman.testing.Checks.assertThrows;
import static io.mman.testing.Checks.assertTrue;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Copies that end before a missing page, in a JVM as for {@link RefusedCopies}. */
final class RefusedCopyFaults {
  private static final long PAGE = Mman.pageSize();

  /** The length to which a file is truncated. */
  private static final long KEPT = 20 * PAGE + 5;

  private static Path folder;

  private RefusedCopyFaults() {}

  static void run(Path files) throws InterruptedException {
    folder = files;
    aTruncatedFileIsCopiedToTheEndOfItsLastPage();
    protectionForbidsTheAccess();
    theOtherMemoryIsAtFault();
    aFileTruncatedMeanwhileIsNotExtended();
  }

  private static void aTruncatedFileIsCopiedToTheEndOfItsLastPage() {
    for (boolean onHeap : new boolean[] {true, false}) {
      Path path = Samples.file(folder, 40 * PAGE);
      Mapping writable = Mapping.file(path).readWrite();
      try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE);
          MappedRegion keeping = writable.reserve(50 * PAGE).mapShared();
          MappedRegion open = Mapping.file(file).readWrite().mapConfined();
          MappedRegion bare = writable.mapConfined()) {
        Samples.resize(path, KEPT);
        for (MappedRegion region : List.of(keeping, open, bare)) {
          assertReadsToTheEnd(region, onHeap, path);
          assertWritesToTheEnd(region, onHeap, path);
        }
        assertArrayEquals(Samples.bytes(0, KEPT), Samples.read(path, 0, (int) KEPT));
      }
    }
  }

  private static void assertReadsToTheEnd(MappedRegion region, boolean onHeap, Path path) {
    MemorySegment other = memory(40 * PAGE, onHeap).fill((byte) 9);
    assertEquals(21 * PAGE, region.read(0, other));
    assertArrayEquals(Samples.bytes(0, KEPT), Samples.bytes(other.asSlice(0, KEPT)));
    assertEquals(0, other.get(JAVA_BYTE, KEPT));
    assertEquals(0, other.get(JAVA_BYTE, 21 * PAGE - 1));
    assertEquals(9, other.get(JAVA_BYTE, 21 * PAGE));
    assertEquals(7, region.read(21 * PAGE - 7, memory(100, onHeap)));
    assertEquals(PAGE + 7, region.read(20 * PAGE - 7, memory(2 * PAGE, onHeap)));
    assertEfault(() -> region.read(21 * PAGE, memory(1, onHeap)), "write", path);
  }

  private static void assertWritesToTheEnd(MappedRegion region, boolean onHeap, Path path) {
    byte[] sample = Samples.bytes(20 * PAGE - 1, PAGE + 1);
    MemorySegment source = memory(9 * PAGE, onHeap);
    MemorySegment.copy(sample, 0, source, JAVA_BYTE, 0, sample.length);
    assertEquals(PAGE + 1, region.write(20 * PAGE - 1, source));
    assertEquals(2, region.write(21 * PAGE - 2, memory(PAGE, onHeap)));
    assertEfault(() -> region.write(30 * PAGE, source), "read", path);
    assertEquals(PAGE - 5, region.write(KEPT, memory(PAGE - 5, onHeap))); // for the next region
    assertEquals(KEPT, path.toFile().length());
  }

  private static void assertEfault(Runnable call, String name, Path path) {
    var e = assertThrows(MmanException.class, call::run);
    assertEquals(Errno.EFAULT, e.error());
    assertEquals(name, e.call());
    assertTrue(e.getMessage().contains("(pipe, address=0x"), e.getMessage());
    assertTrue(e.getMessage().contains("past the end of the file"), e.getMessage());
    assertTrue(e.getCause().getMessage().contains(path.toString()), e.toString());
  }

  private static void protectionForbidsTheAccess() {
    Path path = Samples.file(folder, 3 * PAGE);
    try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE);
        MappedRegion region = Mapping.file(file).readWrite().mapConfined()) {
      region.protect(Protection.READ);
      assertReads(region, 0, 3 * PAGE, true);
      assertEfault(() -> region.write(0, memory(1, true)), "read", path);
      region.protect(Protection.NONE);
      assertEfault(() -> region.read(0, memory(1, true)), "write", path);
      assertEfault(() -> region.write(0, memory(1, false)), "read", path);
    }
    assertArrayEquals(Samples.bytes(0, 3 * PAGE), Samples.read(path, 0, (int) (3 * PAGE)));
  }

  private static void theOtherMemoryIsAtFault() {
    Path path = Samples.file(folder, 4 * PAGE);
    try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE);
        MappedRegion own = Mapping.file(file).readWrite().mapConfined();
        MappedRegion memory = Mapping.anonymous(4 * PAGE).mapConfined();
        MappedRegion other = Mapping.file(path).copyOnWrite().readWrite().mapConfined()) {
      MemorySegment outside = other.segment();
      Samples.resize(path, PAGE);
      for (MappedRegion region : List.of(memory, own)) {
        assertEquals(10, region.read(0, outside.asSlice(PAGE - 10, 20)));
        assertEquals(10, region.write(7, outside.asSlice(PAGE - 10, 20)));
        assertAtFault("target", () -> region.read(0, outside.asSlice(2 * PAGE)));
        assertAtFault("source", () -> region.write(0, outside.asSlice(2 * PAGE)));
      }
    }
  }

  private static void assertAtFault(String side, Runnable call) {
    var e = assertThrows(MmanException.class, call::run);
    assertEquals(Errno.EFAULT, e.error());
    assertTrue(e.getMessage().contains("a page of the " + side), e.getMessage());
    assertEquals(IOException.class, e.getCause().getClass()); // it is not about the file
  }

  private static void aFileTruncatedMeanwhileIsNotExtended() throws InterruptedException {
    long size = 40 * PAGE;
    Path path = Samples.file(folder, size);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE);
        MappedRegion region = Mapping.file(file).readWrite().mapShared()) {
      Thread other = new Thread(() -> truncateAndExtend(path, size));
      other.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
      other.start();
      MemorySegment memory = memory(size, false);
      while (other.isAlive()) {
        try {
          region.write(0, memory);
          region.read(0, memory);
        } catch (MmanException e) {
          assertEquals(Errno.EFAULT, e.error());
        }
      }
      other.join();
    }
    assertEquals(null, failure.get());
  }

  private static void truncateAndExtend(Path path, long size) {
    for (int i = 0; i < 2000; i++) {
      Samples.resize(path, 0);
      for (int j = 0; j < 10; j++) {
        assertEquals(0, path.toFile().length());
      }
      Samples.resize(path, size);
    }
  }
}
