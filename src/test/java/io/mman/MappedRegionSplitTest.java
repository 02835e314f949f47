package io.mman;

import static io.mman.testing.Views.assertMarked;
import static io.mman.testing.Views.assertRevoked;
import static io.mman.testing.Views.assertZero;
import static io.mman.testing.Views.mark;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.BlockedRead;
import io.mman.testing.Pages;
import io.mman.testing.Views;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MappedRegionSplitTest {
  private static final long PAGE = Mman.pageSize();

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3})
  void thePartsHaveTheBytesOfTheWhole(long pages) {
    MappedRegion first = Mapping.anonymous(3 * PAGE).mapConfined();
    MemorySegment before = first.segment();
    mark(before);
    MappedRegion rest = first.split(pages * PAGE);

    assertRevoked(before);
    assertEquals(pages * PAGE, first.size());
    assertEquals(pages * PAGE, first.segment().byteSize());
    assertEquals((3 - pages) * PAGE, rest.size());
    assertMarked(first.segment(), 0, first.size());
    assertMarked(rest.segment(), 0, rest.size(), pages * PAGE);
    assertEquals(Protection.READ_WRITE, rest.protection());

    first.close();
    assertMarked(rest.segment(), 0, rest.size(), pages * PAGE);
    rest.close();
    assertFalse(Pages.isReadable(MemorySegment.ofAddress(before.address())));
    assertFalse(Pages.isReadable(MemorySegment.ofAddress(before.address() + 2 * PAGE)));
  }

  @Test
  void theRestMayBeClosedFirst() {
    try (MappedRegion first = Mapping.anonymous(2 * PAGE + 5).mapShared()) {
      mark(first.segment());
      first.split(PAGE).close();
      assertMarked(first.segment(), 0, PAGE);
    }
  }

  @Test
  void anEmptyPartIsARegionLikeAnyOther() {
    try (MappedRegion first = Mapping.anonymous(PAGE + 5).mapConfined()) {
      mark(first.segment());
      try (MappedRegion rest = first.split(PAGE + 5)) {
        assertEquals(0, rest.segment().byteSize());
        rest.sync();
        mark(rest.resize(2 * PAGE));
        assertMarked(rest.segment(), 0, 2 * PAGE);
      }
      try (MappedRegion rest = first.split(0)) {
        assertEquals(0, first.segment().byteSize());
        assertMarked(rest.segment(), 0, PAGE + 5);
        assertZero(first.resize(PAGE), 0, PAGE);
      }
    }
  }

  @Test
  void insideAPageIsRefusedAndNothingIsRevoked() {
    try (MappedRegion region = Mapping.anonymous(3 * PAGE + 7).mapConfined()) {
      MemorySegment view = region.segment();
      for (long offset : new long[] {1, PAGE - 1, PAGE + 1, 3 * PAGE + 6}) {
        assertThrows(IllegalArgumentException.class, () -> region.split(offset));
      }
      for (long offset : new long[] {-1, 3 * PAGE + 8, Long.MAX_VALUE, Long.MIN_VALUE}) {
        assertThrows(IndexOutOfBoundsException.class, () -> region.split(offset));
      }
      assertSame(view, region.segment());
      mark(view);
    }
  }

  @Test
  void thePartsChangeProtectionAndSizeSeparately() {
    try (MappedRegion first = Mapping.anonymous(3 * PAGE).mapConfined()) {
      mark(first.segment());
      try (MappedRegion rest = first.split(PAGE)) {
        first.protect(Protection.READ);
        rest.segment().fill((byte) 9);
        assertMarked(first.segment(), 0, PAGE);

        MemorySegment view = rest.segment();
        first.resize(2 * PAGE);
        assertMarked(first.segment(), 0, PAGE);
        assertZero(first.segment(), PAGE, 2 * PAGE);
        assertTrue(view.scope().isAlive());
        assertEquals(9, Views.byteAt(view, 0));
      }
    }
  }

  @Test
  void theReserveGoesToTheRest() {
    try (MappedRegion first = Mapping.anonymous(2 * PAGE).reserve(10 * PAGE).mapConfined();
        MappedRegion rest = first.split(PAGE)) {
      long address = rest.segment().address();
      MemorySegment view = rest.segment();
      rest.resize(9 * PAGE);
      assertEquals(address, rest.segment().address());
      assertTrue(view.scope().isAlive());
      assertThrows(IllegalArgumentException.class, () -> rest.resize(9 * PAGE + 1));

      MemorySegment old = first.segment();
      mark(old);
      assertMarked(first.resize(20 * PAGE), 0, PAGE); // has no reserve any more, so it moves
      assertRevoked(old);
    }
  }

  @Test
  void theReserveGoesToAnEmptyRest() {
    try (MappedRegion first = Mapping.anonymous(PAGE).reserve(10 * PAGE).mapConfined();
        MappedRegion rest = first.split(PAGE)) {
      long end = first.segment().address() + PAGE;
      assertEquals(end, rest.resize(9 * PAGE).address());
      assertThrows(IllegalArgumentException.class, () -> rest.resize(9 * PAGE + 1));
    }
  }

  @Test
  void theReserveStaysWhereTheRegionEndsInsideAPage() {
    try (MappedRegion first = Mapping.anonymous(PAGE + 1).reserve(3 * PAGE).mapConfined();
        MappedRegion rest = first.split(PAGE + 1)) {
      long address = first.segment().address();
      assertEquals(address, first.resize(3 * PAGE).address());
      assertThrows(IllegalArgumentException.class, () -> first.resize(3 * PAGE + 1));
      rest.resize(100 * PAGE);
    }
  }

  @Test
  void memoryBeginsWithAPageThoughTheFirstPartEndsInsideOne() {
    try (MappedRegion first = Mapping.anonymous(1).mapConfined();
        MappedRegion rest = first.split(1)) {
      assertEquals(0, rest.resize(2 * PAGE).address() % PAGE);
      mark(rest.segment());
      rest.resize(10);
      assertZero(rest.resize(2 * PAGE), 10, 2 * PAGE);
      rest.split(PAGE).close();
    }
  }

  @Test
  void removedBytesReadZeroInThePartThatHasThem() {
    try (MappedRegion first = Mapping.anonymous(2 * PAGE).mapConfined()) {
      mark(first.segment());
      first.resize(PAGE + 10);
      try (MappedRegion rest = first.split(PAGE + 10)) {
        assertZero(first.resize(2 * PAGE), PAGE + 10, 2 * PAGE);
        assertZero(rest.resize(20), 0, 20);
      }
      mark(first.segment());
      first.resize(PAGE + 10);
      try (MappedRegion rest = first.split(PAGE)) {
        assertMarked(rest.segment(), 0, 10, PAGE);
        assertZero(rest.resize(PAGE), 10, PAGE);
      }
    }
  }

  @Test
  void aViewThatNativeCodeHoldsForbidsIt() {
    try (NativeFile file = NativeFile.memory("split", 2 * PAGE);
        MappedRegion region = Mapping.file(file).protection(Protection.READ_WRITE).mapShared()) {
      MemorySegment view = region.segment();
      try (BlockedRead _ = new BlockedRead(view)) {
        assertThrows(IllegalStateException.class, () -> region.split(PAGE));
        assertSame(view, region.segment());
        mark(view);
      }
      region.split(PAGE).close();
      assertRevoked(view);
      file.resize(PAGE); // no more of the file is covered
      region.resize(0);
      file.resize(0);
    }
  }

  @Test
  void onlyAnOwnedRegionSplits() {
    try (Arena arena = Arena.ofConfined()) {
      MappedRegion region = Mapping.anonymous(2 * PAGE).map(arena);
      for (long offset : new long[] {0, PAGE, 2 * PAGE}) {
        assertThrows(IllegalStateException.class, () -> region.split(offset));
      }
      MappedRegion wrapper = MappedRegion.of(region.segment());
      assertThrows(IllegalStateException.class, () -> wrapper.split(PAGE));
    }
    MappedRegion closed = Mapping.anonymous(PAGE).mapConfined();
    closed.close();
    assertThrows(IllegalStateException.class, () -> closed.split(0));
  }

  @Test
  void anEmptyReserveGoesToTheRestToo() {
    try (MappedRegion region = Mapping.anonymous(0).reserve(0).mapShared();
        MappedRegion rest = region.split(0)) {
      assertThrows(IllegalArgumentException.class, () -> rest.resize(1));
      assertEquals(1, region.resize(1).byteSize());
    }
  }
}
