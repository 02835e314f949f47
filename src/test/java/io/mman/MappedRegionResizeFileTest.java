package io.mman;

import static io.mman.testing.Views.assertMarked;
import static io.mman.testing.Views.assertRevoked;
import static io.mman.testing.Views.mark;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.region.PageRange;
import io.mman.testing.Elsewhere;
import io.mman.testing.Views;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Regions of a file change their size, with and without a reserve. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MappedRegionResizeFileTest {
  private static final long PAGE = Mman.pageSize();
  private static final int PAGES = 8;

  @TempDir Path folder;
  private Path path;
  private NativeFile file;

  @BeforeEach
  void fill() throws IOException {
    path = folder.resolve("file");
    byte[] bytes = new byte[(int) (PAGES * PAGE)];
    mark(MemorySegment.ofArray(bytes));
    Files.write(path, bytes);
    file = NativeFile.open(path, StandardOpenOption.WRITE);
  }

  @AfterEach
  void close() {
    file.close();
  }

  private Mapping writable() {
    return Mapping.file(file).protection(Protection.READ_WRITE);
  }

  /** The same, with a reserve for the whole file or without one. */
  private static Mapping with(boolean reserve, Mapping mapping) {
    return reserve ? mapping.reserve(PAGES * PAGE) : mapping;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void addedBytesAreTheNextOnesOfTheFile(boolean reserve) {
    for (long offset : new long[] {0, 100, PAGE, 2 * PAGE + 1}) {
      Mapping mapping = with(reserve, Mapping.file(file).range(offset, 10));
      try (MappedRegion region = mapping.mapConfined()) {
        for (long size : new long[] {11, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE, 5, 0, 4 * PAGE + 9}) {
          assertMarked(region.resize(size), 0, size, offset);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void writtenBytesReachTheFile(boolean reserve) throws IOException {
    try (MappedRegion region = with(reserve, writable().range(5, 10)).mapConfined()) {
      region.resize(3 * PAGE).set(java.lang.foreign.ValueLayout.JAVA_BYTE, 2 * PAGE, (byte) 77);
      region.sync();
    }
    assertEquals(77, Files.readAllBytes(path)[(int) (2 * PAGE + 5)]);
    assertEquals(PAGES * PAGE, Files.size(path));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void pastTheEndOfTheFileIsRefusedUntilTheFileIsLonger(boolean reserve) {
    Mapping mapping = writable().range(PAGE + 1, 10).reserve(100 * PAGE);
    try (MappedRegion region = (reserve ? mapping : writable().range(PAGE + 1, 10)).mapConfined()) {
      long most = (PAGES - 1) * PAGE - 1;
      MemorySegment view = region.segment();
      var e = assertThrows(IllegalArgumentException.class, () -> region.resize(most + 1));
      assertTrue(e.getMessage().contains("resize the file first"), e.getMessage());
      assertSame(view, region.segment());
      assertMarked(region.resize(most), 0, most, PAGE + 1);

      file.resize(20 * PAGE);
      assertEquals(0, Views.byteAt(region.resize(19 * PAGE - 1), 19 * PAGE - 2));
      assertThrows(IllegalArgumentException.class, () -> region.resize(19 * PAGE));
      assertThrows(IllegalArgumentException.class, () -> region.resize(PageRange.MAX_BYTES));
    }
  }

  @Test
  void aRegionOfAPathWithoutAReserveShrinksOnly() {
    try (MappedRegion region = Mapping.file(path).range(0, 3 * PAGE).mapConfined()) {
      MemorySegment view = region.segment();
      var e = assertThrows(IllegalStateException.class, () -> region.resize(3 * PAGE + 1));
      assertTrue(e.getMessage().contains("map a NativeFile, or map with reserve"), e.getMessage());
      assertSame(view, region.segment());
      assertMarked(region.resize(PAGE + 1), 0, PAGE + 1);
      assertThrows(IllegalStateException.class, () -> region.resize(PAGE + 2));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRegionOfAClosedFileNeitherGrowsNorBlocks(boolean reserve) throws Throwable {
    try (MappedRegion region = with(reserve, writable().range(0, 3 * PAGE)).mapShared()) {
      MemorySegment view = region.segment();
      file.close();
      assertThrows(IllegalStateException.class, () -> region.resize(4 * PAGE));
      assertSame(view, region.segment());
      Elsewhere.run(
          () -> assertThrows(IllegalStateException.class, () -> file.resize(PAGES * PAGE)));
      assertMarked(region.resize(PAGE), 0, PAGE);
    }
  }

  @Test
  void growingWithoutAReserveRevokes() {
    try (MappedRegion region = writable().range(0, 10).mapShared()) {
      MemorySegment before = region.segment();
      region.resize(2 * PAGE);
      assertRevoked(before);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void copiesMadeOnWriteMoveAlong(boolean reserve) throws IOException {
    Mapping mapping = with(reserve, writable().copyOnWrite().range(0, 2 * PAGE));
    try (MappedRegion region = mapping.mapConfined()) {
      region.segment().asSlice(PAGE).fill((byte) 5);
      MemorySegment view = region.resize(4 * PAGE);
      assertMarked(view, 0, PAGE);
      assertEquals(5, Views.byteAt(view, PAGE));
      assertEquals(5, Views.byteAt(view, 2 * PAGE - 1));
      assertMarked(view, 2 * PAGE, 4 * PAGE);
      view.asSlice(3 * PAGE).fill((byte) 6);

      region.resize(PAGE);
      assertMarked(
          region.resize(4 * PAGE),
          0,
          4 * PAGE); // whole pages were removed, so these are read from the file
    }
    byte[] bytes = Files.readAllBytes(path);
    assertMarked(MemorySegment.ofArray(bytes), 0, bytes.length);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theFileCanBeTruncatedToTheBytesThatRegionsCover(boolean reserve) {
    try (MappedRegion region = with(reserve, writable().range(PAGE, 2 * PAGE)).mapConfined()) {
      assertCovered(3 * PAGE);
      region.resize(3 * PAGE + 10);
      assertCovered(4 * PAGE + 10);
      region.resize(10);
      assertCovered(PAGE + 10);
      region.resize(0);
      file.resize(5); // an empty region covers nothing
      assertThrows(IllegalArgumentException.class, () -> region.resize(1));
      file.resize(PAGES * PAGE);
      region.resize(3 * PAGE);
      assertCovered(4 * PAGE);

      MappedRegion rest = region.split(PAGE);
      assertCovered(4 * PAGE);
      rest.resize(1);
      assertCovered(2 * PAGE + 1);
      rest.close();
      assertCovered(2 * PAGE);
      rest = region.split(0);
      assertCovered(2 * PAGE);
      region.join(rest);
      assertCovered(2 * PAGE);
    }
    file.resize(0);
  }

  private void assertCovered(long end) {
    assertThrows(IllegalStateException.class, () -> file.resize(end - 1));
    file.resize(end);
    file.resize(PAGES * PAGE);
  }

  @Test
  void aBorrowedRegionGrowsInItsReserveOnly() {
    try (Arena arena = Arena.ofConfined()) {
      MappedRegion region = writable().range(0, 10).reserve(PAGES * PAGE).map(arena);
      MemorySegment view = region.segment();
      assertEquals(view.address(), region.resize(3 * PAGE).address());
      assertMarked(region.segment(), 0, 3 * PAGE);
      assertMarked(view, 0, 10);
      assertThrows(IllegalStateException.class, () -> region.resize(2 * PAGE));
      assertCovered(3 * PAGE);
    }
    file.resize(0);
  }
}
