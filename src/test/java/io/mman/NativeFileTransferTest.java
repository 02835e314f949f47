package io.mman;

import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Command;
import io.mman.testing.Elsewhere;
import io.mman.testing.LibC;
import io.mman.testing.Pages;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads and writes at a position. */
class NativeFileTransferTest {
  private static final int SIZE = 100_000;

  @TempDir Path folder;

  private final Arena arena = Arena.ofShared();
  private Path path;
  private NativeFile file;

  @BeforeEach
  void open() {
    path = Samples.file(folder, SIZE);
    file = NativeFile.open(path, WRITE);
  }

  @AfterEach
  void close() {
    file.close();
    arena.close();
  }

  private static MemorySegment heap(int bytes) {
    return MemorySegment.ofArray(new byte[bytes]);
  }

  private static void assertFails(Errno error, String end, Runnable action) {
    MmanException e = assertThrows(MmanException.class, action::run);
    assertEquals(error, e.error());
    assertTrue(e.getMessage().endsWith(end), e::getMessage);
  }

  @Test
  void readsIntoNativeAndHeapMemory() {
    for (MemorySegment target : new MemorySegment[] {arena.allocate(5000), heap(5000)}) {
      assertEquals(5000, file.read(4090, target));
      assertArrayEquals(Samples.bytes(4090, 5000), Samples.bytes(target));
    }
  }

  @Test
  void readsUpToTheEndOfTheFile() {
    for (MemorySegment target : new MemorySegment[] {arena.allocate(5000), heap(5000)}) {
      assertEquals(10, file.read(SIZE - 10, target));
      byte[] expected = Arrays.copyOf(Samples.bytes(SIZE - 10, 10), 5000);
      assertArrayEquals(expected, Samples.bytes(target));
      assertEquals(0, file.read(SIZE, target));
      assertEquals(0, file.read(1L << 40, target));
      assertEquals(0, file.read(Long.MAX_VALUE - 5000, target));
    }
  }

  @Test
  void writesFromNativeAndHeapMemory() {
    MemorySegment source = arena.allocate(5000);
    source.fill((byte) -1);
    for (MemorySegment each : new MemorySegment[] {source, heap(5000)}) {
      assertEquals(5000, file.write(4090, each));
      assertArrayEquals(Samples.bytes(each), Samples.read(path, 4090, 5000));
      assertEquals(Samples.at(4089), Samples.read(path, 4089, 1)[0]);
      assertEquals(Samples.at(9090), Samples.read(path, 9090, 1)[0]);
    }
  }

  @Test
  void aWriteExtendsTheFileAndLeavesAGap() {
    assertEquals(3, file.write(SIZE + 10, MemorySegment.ofArray(new byte[] {1, 2, 3})));
    assertEquals(SIZE + 13, file.size());
    assertArrayEquals(
        new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3}, Samples.read(path, SIZE, 13));
  }

  /** Elements of any size, read-only sources, and slices in the middle of an array. */
  @Test
  void everyKindOfHeapSegmentIsABufferOfBytes() {
    long[] longs = new long[8];
    assertEquals(16, file.read(0, MemorySegment.ofArray(longs).asSlice(24, 16)));
    byte[] expected = new byte[64];
    System.arraycopy(Samples.bytes(0, 16), 0, expected, 24, 16);
    assertArrayEquals(expected, Samples.bytes(MemorySegment.ofArray(longs)));
    assertEquals(16, file.write(32, MemorySegment.ofArray(longs).asSlice(24, 16).asReadOnly()));
    assertArrayEquals(Samples.bytes(0, 16), Samples.read(path, 32, 16));
  }

  /** More than the buffer holds. */
  @Test
  void aLargeHeapSegmentIsMovedInPieces() {
    byte[] bytes = Samples.bytes(3, 3_000_001);
    assertEquals(bytes.length, file.write(1, MemorySegment.ofArray(bytes)));
    assertArrayEquals(bytes, Samples.read(path, 1, bytes.length));
    byte[] read = new byte[bytes.length];
    assertEquals(bytes.length - 5, file.read(6, MemorySegment.ofArray(read)));
    assertArrayEquals(
        Arrays.copyOf(Arrays.copyOfRange(bytes, 5, bytes.length), bytes.length), read);
  }

  @Test
  void nothingIsMovedFromOrToAnEmptySegment() {
    MemorySegment[] empty = {heap(0), arena.allocate(0), MemorySegment.NULL};
    for (MemorySegment none : empty) {
      assertEquals(0, file.read(0, none));
      assertEquals(0, file.write(SIZE + 5, none));
      assertEquals(0, file.write(0, none, WriteFlag.APPEND));
    }
    assertEquals(SIZE, file.size());
  }

  @Test
  void theFileOffsetStaysWhereItIs() {
    LibC.seek(file.fd(), 7);
    file.read(100, heap(10));
    file.write(100, heap(10));
    assertEquals(7, LibC.offset(file.fd()));
  }

  /** On Linux, pread and stores to shared memory use the same pages. */
  @Test
  void storesToAMappingAreReadAndWritesAreSeen() {
    try (MappedRegion region = Mapping.file(file).readWrite().mapShared()) {
      region.segment().set(ValueLayout.JAVA_BYTE, 5000, (byte) -3);
      MemorySegment target = heap(1);
      file.read(5000, target);
      assertEquals(-3, target.get(ValueLayout.JAVA_BYTE, 0));
      file.write(5001, target);
      assertEquals(-3, region.segment().get(ValueLayout.JAVA_BYTE, 5001));
      // A view of the file itself is memory like any other.
      assertEquals(4096, file.read(0, region.segment().asSlice(8192, 4096)));
      assertArrayEquals(Samples.bytes(0, 10), Samples.read(path, 8192, 10));
    }
  }

  @Test
  void wrongArgumentsAreRefusedBeforeAnyCall() throws Throwable {
    MemorySegment memory = arena.allocate(8);
    for (MemorySegment each : new MemorySegment[] {memory, heap(8)}) {
      assertIllegal("position is negative: -1", () -> file.read(-1, each));
      assertIllegal("position is negative: -1", () -> file.write(-1, each));
      assertIllegal("position is negative: -1", () -> file.write(-1, each, WriteFlag.APPEND));
      String tooFar = "no file has 8 bytes from position 9223372036854775800 on";
      assertIllegal(tooFar, () -> file.read(Long.MAX_VALUE - 7, each));
      assertIllegal(tooFar, () -> file.write(Long.MAX_VALUE - 7, each));
      assertIllegal("the target is read-only", () -> file.read(0, each.asReadOnly()));
    }
    assertThrows(NullPointerException.class, () -> file.read(0, null));
    assertThrows(NullPointerException.class, () -> file.write(0, null));
    assertThrows(NullPointerException.class, () -> file.read(0, memory, (ReadFlag) null));
    assertThrows(NullPointerException.class, () -> file.write(0, memory, (WriteFlag[]) null));
    assertEquals(Samples.at(0), Samples.read(path, 0, 1)[0]);
  }

  private static void assertIllegal(String message, Runnable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action::run).getMessage());
  }

  @Test
  void memoryThatIsReleasedOrOfAnotherThreadIsRefused() throws Throwable {
    MemorySegment confined;
    try (Arena mine = Arena.ofConfined()) {
      confined = mine.allocate(8);
      Elsewhere.run(
          () -> {
            assertThrows(WrongThreadException.class, () -> file.read(0, confined));
            assertThrows(WrongThreadException.class, () -> file.write(0, confined));
            MemorySegment none = confined.asSlice(0, 0);
            assertThrows(WrongThreadException.class, () -> file.write(0, none));
          });
    }
    for (MemorySegment closed : new MemorySegment[] {confined, confined.asSlice(0, 0)}) {
      assertThrows(IllegalStateException.class, () -> file.read(0, closed));
      assertThrows(IllegalStateException.class, () -> file.write(0, closed));
    }
    assertEquals(Samples.at(0), Samples.read(path, 0, 1)[0]);
  }

  @Test
  void aClosedFileIsRefused() {
    file.close();
    for (int bytes : new int[] {0, 8}) {
      assertThrows(IllegalStateException.class, () -> file.read(0, heap(bytes)));
      assertThrows(IllegalStateException.class, () -> file.write(0, heap(bytes)));
      assertThrows(IllegalStateException.class, () -> file.read(0, arena.allocate(bytes)));
      assertThrows(IllegalStateException.class, () -> file.write(0, arena.allocate(bytes)));
    }
    assertThrows(IllegalStateException.class, file::directLimits);
  }

  @Test
  void aFileOpenForReadingCannotBeWritten() {
    try (NativeFile readOnly = NativeFile.open(path)) {
      assertFails(
          Errno.EBADF,
          ", offset=3): EBADF (Bad file descriptor): the file is not open for writing: open it with"
              + " WRITE",
          () -> readOnly.write(3, heap(1)));
      assertEquals(1, readOnly.read(3, heap(1)));
    }
  }

  @Test
  void aFolderCannotBeRead() {
    try (NativeFile directory = NativeFile.open(folder)) {
      assertFails(Errno.EISDIR, "a directory cannot be read", () -> directory.read(0, heap(1)));
    }
  }

  @Test
  void aPipeHasNoPositions() throws IOException {
    try (NativeFile pipe = NativeFile.open(pipe(), WRITE)) { // both ends, so that it never waits
      String reason = "because it is a pipe, a socket or a terminal";
      assertFails(Errno.ESPIPE, reason, () -> pipe.read(0, heap(1)));
      assertFails(Errno.ESPIPE, reason, () -> pipe.write(0, heap(1), WriteFlag.DSYNC));
    }
  }

  private Path pipe() throws IOException {
    Path pipe = folder.resolve("pipe");
    Command.run(List.of("mkfifo", pipe.toString())).success();
    return pipe;
  }

  /** The kernel reports the page as EFAULT, after the bytes before it. */
  @Test
  void memoryThatCannotBeAccessedIsAnError() {
    try (Pages pages = Pages.anonymous(2)) {
      pages.punch(1);
      long page = Pages.SIZE;
      MemorySegment memory = pages.segment();
      assertEquals(page, file.read(0, memory));
      assertArrayEquals(Samples.bytes(0, page), Samples.bytes(memory.asSlice(0, page)));
      assertEquals(100, file.write(50_000, memory.asSlice(page - 100, 200)));
      assertFails(
          Errno.EFAULT,
          "a page of the target is missing, cannot be allocated, or its protection forbids the"
              + " access",
          () -> file.read(0, memory.asSlice(page)));
      assertFails(
          Errno.EFAULT,
          "a page of the source is missing, cannot be allocated, or its protection forbids the"
              + " access",
          () -> file.write(0, memory.asSlice(page)));
    }
  }

  @Test
  void devicesAreReadAndWritten() {
    try (NativeFile zero = NativeFile.open(Path.of("/dev/zero"), WRITE);
        NativeFile none = NativeFile.open(Path.of("/dev/null"), WRITE);
        NativeFile full = NativeFile.open(Path.of("/dev/full"), WRITE)) {
      MemorySegment bytes = heap(3_000_000);
      bytes.fill((byte) 1);
      assertEquals(3_000_000, zero.read(5, bytes));
      assertEquals(0, bytes.mismatch(MemorySegment.ofArray(new byte[] {1})));
      assertEquals(-1, bytes.mismatch(heap(3_000_000)));
      assertEquals(0, none.read(0, bytes));
      assertEquals(3_000_000, none.write(0, bytes));
      assertFails(
          Errno.ENOSPC,
          "the disk is full, or this is past the end of the device",
          () -> full.write(0, bytes));
    }
  }

  @Test
  void aSealForbidsWriting() {
    try (NativeFile memory = NativeFile.memory("sealed", 10, MemfdFlag.ALLOW_SEALING)) {
      assertEquals(10, memory.write(0, heap(10)));
      memory.seal(FileSeal.GROW);
      assertFails(Errno.EPERM, "a seal on the file forbids this", () -> memory.write(10, heap(1)));
      memory.seal(FileSeal.WRITE);
      assertFails(Errno.EPERM, "a seal on the file forbids this", () -> memory.write(0, heap(1)));
      assertEquals(10, memory.read(0, heap(20)));
    }
  }
}
