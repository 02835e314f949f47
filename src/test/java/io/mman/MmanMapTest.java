package io.mman;

import static io.mman.testing.Pages.ANYWHERE;
import static io.mman.testing.Pages.assertFails;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The effects of mmap and munmap. */
class MmanMapTest {
  private static final long SIZE = Pages.SIZE;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void theKernelShowsTheProtectionAskedFor(Protection protection) {
    try (Pages pages = Pages.anonymous(3, protection)) {
      assertEquals(perms(protection) + "p", ProcMaps.of(pages.segment()).perms());
      assertEquals(protection.canRead(), Pages.isReadable(pages.segment()));
      assertEquals(protection.canWrite(), Pages.isWritable(pages.segment(), 1));
    }
  }

  static String perms(Protection protection) {
    return (protection.canRead() ? "r" : "-")
        + (protection.canWrite() ? "w" : "-")
        + (protection.canExecute() ? "x" : "-");
  }

  @Test
  void anonymousMemoryIsZeroAndPrivateUntilMunmap() {
    MemorySegment memory;
    try (Pages pages = Pages.anonymous(2)) {
      memory = pages.segment();
      assertEquals(2 * SIZE, memory.byteSize());
      assertEquals(0, memory.get(JAVA_LONG, 2 * SIZE - 8));
      memory.set(JAVA_LONG, 8, 42);
      assertEquals(42, memory.get(JAVA_LONG, 8));
    }
    assertTrue(ProcMaps.find(memory.address()).isEmpty());
  }

  @Test
  void sharedChangesReachTheFileAndPrivateOnesDoNot() throws IOException {
    Path path = Files.write(folder.resolve("file"), new byte[(int) (2 * SIZE)]);
    try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE);
        Pages shared = Pages.shared(file, 2, Protection.READ_WRITE);
        Pages copy = Pages.file(file, 2, Protection.READ_WRITE, MapFlag.PRIVATE)) {
      assertEquals("rw-s", ProcMaps.of(shared.segment()).perms());
      assertEquals("rw-p", ProcMaps.of(copy.segment()).perms());
      assertEquals(path.toString(), ProcMaps.of(shared.segment()).path());

      copy.segment().set(JAVA_BYTE, 0, (byte) 1);
      shared.segment().set(JAVA_BYTE, SIZE, (byte) 2);

      byte[] bytes = Files.readAllBytes(path);
      assertEquals(0, bytes[0]);
      assertEquals(2, bytes[(int) SIZE]);
      assertEquals(2, copy.segment().get(JAVA_BYTE, SIZE));
    }
  }

  @Test
  void theOffsetIsThatOfTheFile() throws IOException {
    byte[] bytes = new byte[(int) (3 * SIZE)];
    bytes[(int) SIZE] = 7;
    try (NativeFile file = NativeFile.open(Files.write(folder.resolve("file"), bytes))) {
      MemorySegment mapped =
          Mman.mmap(ANYWHERE, SIZE, Protection.READ, Set.of(MapFlag.SHARED), file.fd(), SIZE);
      try (Pages pages = new Pages(mapped)) {
        assertEquals(SIZE, ProcMaps.of(pages.segment()).offset());
        assertEquals(7, pages.segment().get(JAVA_BYTE, 0));
      }
    }
  }

  /** The kernel maps whole pages, the segment has the bytes asked for. */
  @Test
  void theLengthIsNotRounded() {
    MemorySegment mapped =
        Mman.mmap(
            ANYWHERE, SIZE + 1, Protection.READ, Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS), -1, 0);
    assertEquals(SIZE + 1, mapped.byteSize());
    assertTrue(mapped.scope().isAlive());
    assertTrue(Pages.isReadable(MemorySegment.ofAddress(mapped.address() + 2 * SIZE - 1)));
    Mman.munmap(mapped);
    assertTrue(ProcMaps.find(mapped.address() + SIZE).isEmpty());
  }

  @Test
  void moreThanFourGibibytesAreMapped() {
    long bytes = (5L << 30) + SIZE;
    MemorySegment mapped =
        Mman.mmap(
            ANYWHERE,
            bytes,
            Protection.READ_WRITE,
            Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, MapFlag.NORESERVE),
            -1,
            0);
    try (Pages pages = new Pages(mapped)) {
      assertEquals(bytes, pages.segment().byteSize());
      pages.segment().set(JAVA_LONG, bytes - 8, -1);
      assertEquals(-1, pages.segment().get(JAVA_LONG, bytes - 8));
      assertEquals(0, pages.segment().get(JAVA_LONG, bytes - 8 - (4L << 30)));
    }
  }

  @Test
  void aFileIsMappedBeyondFourGibibytes() throws IOException {
    Path path = Files.createFile(folder.resolve("sparse"));
    long offset = 5L << 30;
    try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE)) {
      file.resize(offset + SIZE);
      MemorySegment mapped =
          Mman.mmap(
              ANYWHERE, SIZE, Protection.READ_WRITE, Set.of(MapFlag.SHARED), file.fd(), offset);
      try (Pages pages = new Pages(mapped)) {
        pages.segment().set(JAVA_BYTE, SIZE - 1, (byte) 9);
        assertEquals(offset, ProcMaps.of(pages.segment()).offset());
      }
    }
    try (var channel = Files.newByteChannel(path)) {
      var last = java.nio.ByteBuffer.allocate(1);
      channel.position(offset + SIZE - 1).read(last);
      assertEquals(9, last.get(0));
    }
  }

  @Test
  void aMappingOutlivesItsDescriptor() throws IOException {
    Path path = Files.writeString(folder.resolve("file"), "still here");
    Pages pages;
    try (NativeFile file = NativeFile.open(path)) {
      pages = Pages.shared(file, 1, Protection.READ);
    }
    Files.delete(path);
    try (pages) {
      assertEquals("still here", pages.segment().getString(0));
    }
  }

  @Test
  void munmapOfAPartLeavesTheRest() {
    Pages pages = Pages.anonymous(3);
    try (Pages first = new Pages(pages.pages(0, 1));
        Pages last = new Pages(pages.pages(2, 1))) {
      pages.punch(1);

      assertTrue(Pages.isReadable(first.segment()));
      assertFalse(Pages.isReadable(pages.pages(1, 1)));
      assertTrue(Pages.isReadable(last.segment()));
    }
  }

  @Test
  void munmapOfAHoleIsNoError() {
    Pages pages = Pages.anonymous(1);
    pages.close();
    pages.close();
    assertTrue(ProcMaps.find(pages.segment().address()).isEmpty());
  }

  @Test
  void munmapRefusesWhatTheManPageSays() {
    try (Pages pages = Pages.anonymous(1)) {
      assertFails("munmap", Errno.EINVAL, () -> Mman.munmap(pages.misaligned()));
      assertFails("munmap", Errno.EINVAL, () -> Mman.munmap(pages.segment().asSlice(0, 0)));
      assertTrue(Pages.isReadable(pages.segment()));
    }
  }

  @Test
  void aNegativeLengthIsRefused() {
    Set<MapFlag> flags = Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS);
    assertThrows(
        IllegalArgumentException.class,
        () -> Mman.mmap(ANYWHERE, -1, Protection.READ, flags, -1, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> Mman.mmap(ANYWHERE, Long.MIN_VALUE, Protection.READ, flags, -1, 0));
  }
}
