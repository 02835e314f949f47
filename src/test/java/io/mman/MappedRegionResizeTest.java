package io.mman;

import static io.mman.testing.Views.assertMarked;
import static io.mman.testing.Views.assertRevoked;
import static io.mman.testing.Views.assertZero;
import static io.mman.testing.Views.byteAt;
import static io.mman.testing.Views.mark;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Elsewhere;
import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Anonymous memory changes its size, without a reserve. */
class MappedRegionResizeTest {
  private static final long PAGE = Mman.pageSize();

  @Test
  void growingKeepsTheBytesAndAddsZeros() {
    try (MappedRegion region = Mapping.anonymous(PAGE + 100).mapConfined()) {
      mark(region.segment());
      MemorySegment view = region.resize(3 * PAGE + 7);

      assertSame(view, region.segment());
      assertEquals(3 * PAGE + 7, view.byteSize());
      assertEquals(3 * PAGE + 7, region.size());
      assertMarked(view, 0, PAGE + 100);
      assertZero(view, PAGE + 100, view.byteSize());
      view.fill((byte) 1);
    }
  }

  @Test
  void growingRevokesTheViewsHandedOutBefore() {
    try (MappedRegion region = Mapping.anonymous(100).mapShared()) {
      MemorySegment first = region.segment();
      MemorySegment second = region.resize(101);
      assertRevoked(first);
      MemorySegment third = region.resize(10 * PAGE);
      assertRevoked(second);
      assertSame(third, region.segment());
      assertTrue(region.isAlive());
    }
  }

  @Test
  void shrinkingRevokesAndUnmapsThePages() {
    try (MappedRegion region = Mapping.anonymous(4 * PAGE).mapConfined()) {
      MemorySegment before = region.segment();
      mark(before);
      MemorySegment after = region.resize(PAGE + 1);

      assertRevoked(before);
      assertEquals(before.address(), after.address());
      assertEquals(PAGE + 1, after.byteSize());
      assertMarked(after, 0, PAGE + 1);
      assertTrue(Pages.isReadable(MemorySegment.ofAddress(after.address() + 2 * PAGE - 1)));
      assertFalse(Pages.isReadable(MemorySegment.ofAddress(after.address() + 2 * PAGE)));
    }
  }

  @Test
  void theSameSizeChangesNothing() {
    try (MappedRegion region = Mapping.anonymous(100).mapConfined()) {
      assertSame(region.segment(), region.resize(100));
    }
  }

  @Test
  void aRegionMayBeEmptyInBetween() {
    try (MappedRegion region = Mapping.anonymous(2 * PAGE).mapConfined()) {
      MemorySegment before = region.segment();
      mark(before);
      assertEquals(0, region.resize(0).byteSize());
      assertRevoked(before);
      assertTrue(ProcMaps.find(before.address()).isEmpty());
      assertTrue(region.isAlive());

      MemorySegment after = region.resize(PAGE);
      assertZero(after, 0, PAGE);
      mark(after);
      assertMarked(region.resize(5 * PAGE), 0, PAGE);
    }
  }

  @Test
  void growingByALittleAgainAndAgainIsFine() {
    try (MappedRegion region = Mapping.anonymous(2 * PAGE).mapConfined()) {
      mark(region.segment());
      region.resize(PAGE + 10);
      for (long size = PAGE + 11; size < 4 * PAGE; size += 101) {
        MemorySegment view = region.resize(size);
        assertMarked(view, 0, PAGE + 10);
        assertZero(view, PAGE + 10, size);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"READ_WRITE", "READ", "READ_EXEC"})
  void removedBytesReadZeroAfterGrowingAgain(Protection protection) {
    try (MappedRegion region = Mapping.anonymous(3 * PAGE).mapConfined()) {
      mark(region.segment());
      region.protect(protection);
      region.resize(10);
      MemorySegment view = region.resize(20);
      assertMarked(view, 0, 10);
      assertZero(view, 10, 20);

      view = region.resize(3 * PAGE);
      assertMarked(view, 0, 10);
      assertZero(view, 10, 3 * PAGE);
      assertEquals(protection, region.protection());
      assertEquals(!protection.canWrite(), view.isReadOnly());
      assertProtection(protection, view);
    }
  }

  @Test
  void removedBytesReadZeroEvenIfNothingWasReadableMeanwhile() {
    try (MappedRegion region = Mapping.anonymous(2 * PAGE).mapConfined()) {
      mark(region.segment());
      region.protect(Protection.NONE);
      assertRevoked(region.resize(10));
      assertRevoked(region.resize(2 * PAGE));
      assertThrows(IllegalStateException.class, region::segment);

      MemorySegment view = region.protect(Protection.READ_WRITE);
      assertMarked(view, 0, 10);
      assertZero(view, 10, 2 * PAGE);
    }
  }

  @Test
  void bytesRemovedTwiceReadZero() {
    try (MappedRegion region = Mapping.anonymous(PAGE).mapConfined()) {
      mark(region.segment());
      region.resize(300);
      mark(region.resize(400));
      region.resize(10);
      region.resize(20);
      MemorySegment view = region.resize(PAGE);
      assertMarked(view, 0, 10);
      assertZero(view, 10, PAGE);
    }
  }

  @Test
  void newPagesHaveTheRegionsProtection() {
    try (MappedRegion region =
        Mapping.anonymous(PAGE).protection(Protection.READ_EXEC).mapConfined()) {
      MemorySegment view = region.resize(9 * PAGE);
      assertTrue(view.isReadOnly());
      assertProtection(Protection.READ_EXEC, view);
      assertProtection(Protection.READ_EXEC, view.asSlice(8 * PAGE));
    }
  }

  @Test
  void sharedMemoryMayShrinkButNotGrow() {
    try (MappedRegion region = Mapping.anonymous(3 * PAGE).shared().mapConfined()) {
      MemorySegment view = region.segment();
      var e = assertThrows(UnsupportedOperationException.class, () -> region.resize(3 * PAGE + 1));
      assertTrue(e.getMessage().contains("NativeFile.memory"), e.getMessage());
      assertSame(view, region.segment());

      mark(view);
      assertMarked(region.resize(PAGE + 5), 0, PAGE + 5);
      assertThrows(UnsupportedOperationException.class, () -> region.resize(PAGE + 6));
      assertMarked(region.segment(), 0, PAGE + 5);
    }
  }

  @Test
  void anImpossibleSizeIsRefusedBeforeAnythingHappens() {
    try (MappedRegion region = Mapping.anonymous(10).mapConfined()) {
      MemorySegment view = region.segment();
      assertThrows(IllegalArgumentException.class, () -> region.resize(-1));
      assertThrows(IllegalArgumentException.class, () -> region.resize(Long.MAX_VALUE));
      assertSame(view, region.segment());
    }
  }

  @Test
  void aBorrowedRegionHasTheSizeItHas() {
    try (Arena arena = Arena.ofShared()) {
      MappedRegion region = Mapping.anonymous(PAGE).map(arena);
      for (long size : new long[] {1, 2 * PAGE}) {
        var e = assertThrows(IllegalStateException.class, () -> region.resize(size));
        assertTrue(e.getMessage().contains("mapShared()"), e.getMessage());
      }
      assertEquals(PAGE, region.resize(PAGE).byteSize());
      assertEquals(0, byteAt(region.segment(), PAGE - 1));
      MappedRegion wrapper = MappedRegion.of(region.segment());
      assertThrows(IllegalStateException.class, () -> wrapper.resize(PAGE));
    }
  }

  @Test
  void aClosedRegionHasNoSizeToChange() {
    MappedRegion region = Mapping.anonymous(PAGE).mapConfined();
    region.close();
    assertThrows(IllegalStateException.class, () -> region.resize(1));
    assertThrows(IllegalStateException.class, () -> region.resize(PAGE));
    assertEquals(PAGE, region.size());
  }

  @Test
  void anotherThreadCannotResizeAConfinedRegion() throws Throwable {
    try (MappedRegion region = Mapping.anonymous(PAGE).mapConfined()) {
      MemorySegment view = region.segment();
      Elsewhere.run(() -> assertThrows(WrongThreadException.class, () -> region.resize(1)));
      assertSame(view, region.segment());
    }
  }

  @Test
  void closingUnmapsAllPagesWhereverTheyHaveMoved() {
    MappedRegion region = Mapping.anonymous(PAGE).mapConfined();
    long before = region.segment().address();
    long moved = region.resize(20 * PAGE).address();
    region.resize(10 * PAGE);
    region.close();
    for (long address : new long[] {before, moved, moved + 9 * PAGE, moved + 19 * PAGE}) {
      assertFalse(Pages.isReadable(MemorySegment.ofAddress(address)));
    }
  }

  private static void assertProtection(Protection protection, MemorySegment view) {
    String perms = ProcMaps.of(view).perms();
    assertEquals(protection.canRead(), perms.charAt(0) == 'r', perms);
    assertEquals(protection.canWrite(), perms.charAt(1) == 'w', perms);
    assertEquals(protection.canExecute(), perms.charAt(2) == 'x', perms);
  }
}
