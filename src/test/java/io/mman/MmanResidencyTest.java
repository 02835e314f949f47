package io.mman;

import static io.mman.testing.Pages.assertFails;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mman.testing.Pages;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** mincore. */
class MmanResidencyTest {
  private static final long SIZE = Pages.SIZE;

  @TempDir Path folder;

  @Test
  void aPageIsResidentOnceItIsTouched() {
    try (Pages pages = Pages.anonymous(6)) {
      assertEquals("000000", Pages.residency(pages.segment()));
      pages.segment().set(JAVA_BYTE, SIZE - 1, (byte) 1);
      pages.segment().set(JAVA_BYTE, 4 * SIZE, (byte) 1);
      assertEquals("100010", Pages.residency(pages.segment()));
      assertEquals("00", Pages.residency(pages.segment().asSlice(2 * SIZE, SIZE + 1)));
    }
  }

  @Test
  void aFileLeavesMemoryWhenItsPagesAreDropped() throws IOException {
    Path path = Files.write(folder.resolve("file"), new byte[(int) (4 * SIZE)]);
    try (NativeFile file = NativeFile.open(path);
        Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(path)) {
      MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, 4 * SIZE, arena);
      assertEquals("1111", Pages.residency(mapped));

      file.sync();
      file.advise(FileAdvice.DONTNEED, 0, 0);
      assertEquals("0000", Pages.residency(mapped));
    }
  }

  @Test
  void lengthZeroIsPassedOnAndWritesNothing() {
    try (Pages pages = Pages.anonymous(1);
        Arena arena = Arena.ofConfined()) {
      MemorySegment vec = arena.allocate(1).fill((byte) 0x55);
      Mman.mincore(pages.segment().asSlice(0, 0), vec);
      Mman.mincore(pages.segment().asSlice(0, 0), MemorySegment.NULL);
      assertEquals(0x55, vec.get(JAVA_BYTE, 0));
    }
  }

  /** The kernel would write past its end. */
  @Test
  void aVecThatIsTooSmallIsRefused() {
    try (Pages pages = Pages.anonymous(3);
        Arena arena = Arena.ofConfined()) {
      MemorySegment two = arena.allocate(2);
      var e =
          assertThrows(IllegalArgumentException.class, () -> Mman.mincore(pages.segment(), two));
      assertEquals("vec has 2 bytes, but the range has 3 pages", e.getMessage());
      assertThrows(
          IllegalArgumentException.class,
          () -> Mman.mincore(pages.segment().asSlice(0, 2 * SIZE + 1), two));
      Mman.mincore(pages.segment().asSlice(0, 2 * SIZE), two);
    }
  }

  @Test
  void aVecThatCannotBeWrittenIsRefused() {
    try (Pages pages = Pages.anonymous(1);
        Arena arena = Arena.ofConfined()) {
      MemorySegment readOnly = arena.allocate(1).asReadOnly();
      MemorySegment onHeap = MemorySegment.ofArray(new byte[8]);
      assertThrows(IllegalArgumentException.class, () -> Mman.mincore(pages.segment(), readOnly));
      assertThrows(IllegalArgumentException.class, () -> Mman.mincore(pages.segment(), onHeap));
    }
  }

  @Test
  void anAddressInsideAPageIsEinval() {
    try (Pages pages = Pages.anonymous(1);
        Arena arena = Arena.ofConfined()) {
      MemorySegment vec = arena.allocate(2);
      assertFails("mincore", Errno.EINVAL, "aligned", () -> Mman.mincore(pages.misaligned(), vec));
    }
  }

  @Test
  void aHoleIsEnomem() {
    try (Pages pages = Pages.anonymous(3);
        Arena arena = Arena.ofConfined()) {
      MemorySegment vec = arena.allocate(3);
      pages.punch(1);
      assertFails(
          "mincore",
          Errno.ENOMEM,
          "part of the range is not mapped",
          () -> Mman.mincore(pages.segment(), vec));
    }
  }

  @Test
  void aVecThatIsNotMappedIsEfault() {
    try (Pages pages = Pages.anonymous(1);
        Pages vec = Pages.anonymous(1, Protection.READ)) {
      assertFails(
          "mincore",
          Errno.EFAULT,
          "vec is not writable memory",
          () -> Mman.mincore(pages.segment(), vec.segment()));
    }
  }
}
