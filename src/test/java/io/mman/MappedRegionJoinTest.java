package io.mman;

import static io.mman.testing.Views.assertMarked;
import static io.mman.testing.Views.assertRevoked;
import static io.mman.testing.Views.assertZero;
import static io.mman.testing.Views.mark;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.BlockedRead;
import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MappedRegionJoinTest {
  private static final long PAGE = Mman.pageSize();

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3})
  void joiningUndoesASplit(long pages) {
    try (MappedRegion region = Mapping.anonymous(3 * PAGE).mapShared()) {
      mark(region.segment());
      long address = region.segment().address();
      MappedRegion rest = region.split(pages * PAGE);
      MemorySegment one = region.segment();
      MemorySegment two = rest.segment();
      region.join(rest);

      assertRevoked(one);
      assertRevoked(two);
      assertFalse(rest.isAlive());
      rest.close(); // closed already, so it unmaps nothing
      assertEquals(3 * PAGE, region.size());
      assertEquals(address, region.segment().address());
      assertMarked(region.segment(), 0, 3 * PAGE);
    }
  }

  @Test
  void joinedRegionsAreOneRegion() {
    MappedRegion region = Mapping.anonymous(3 * PAGE).mapConfined();
    long address = region.segment().address();
    MappedRegion second = region.split(PAGE);
    MappedRegion third = second.split(PAGE);
    second.join(third);
    region.join(second);
    mark(region.segment());
    assertMarked(region.resize(5 * PAGE), 0, 3 * PAGE);
    assertMarked(region.resize(2 * PAGE), 0, 2 * PAGE);
    region.protect(Protection.READ);
    region.close();
    assertFalse(Pages.isReadable(MemorySegment.ofAddress(address)));
  }

  @Test
  void theReserveComesBack() {
    try (MappedRegion region = Mapping.anonymous(2 * PAGE).reserve(10 * PAGE).mapConfined()) {
      region.join(region.split(PAGE));
      long address = region.segment().address();
      MemorySegment view = region.segment();
      assertEquals(address, region.resize(10 * PAGE).address());
      assertTrue(view.scope().isAlive());
      assertThrows(IllegalArgumentException.class, () -> region.resize(10 * PAGE + 1));
    }
  }

  @Test
  void theReserveOfAnEmptyRestComesBack() {
    try (MappedRegion region = Mapping.anonymous(PAGE).reserve(10 * PAGE).mapConfined()) {
      region.join(region.split(PAGE));
      assertEquals(region.segment().address(), region.resize(10 * PAGE).address());
    }
  }

  @Test
  void aReserveThatIsUsedUpMakesNoLimitForTheWhole() {
    try (MappedRegion region = Mapping.anonymous(4 * PAGE).reserve(4 * PAGE).mapConfined();
        MappedRegion rest = region.split(2 * PAGE)) {
      MappedRegion last = rest.split(PAGE); // has a reserve that is used up
      rest.join(last);
      region.join(rest);
      region.resize(PAGE);
      MemorySegment view = region.resize(4 * PAGE);
      mark(view);
      assertMarked(view, 0, 4 * PAGE);
    }
  }

  @Test
  void nothingJoinedToARegionChangesNothingOfIt() {
    try (MappedRegion region = Mapping.anonymous(2 * PAGE).reserve(4 * PAGE).mapConfined()) {
      mark(region.segment());
      region.resize(PAGE + 10);
      region.join(Mapping.anonymous(0).mapConfined());
      assertZero(region.resize(2 * PAGE), PAGE + 10, 2 * PAGE);
      region.resize(4 * PAGE);
      assertThrows(IllegalArgumentException.class, () -> region.resize(4 * PAGE + 1));
    }
  }

  @Test
  void aRegionJoinedToNothingKeepsItsBytes() {
    try (MappedRegion empty = Mapping.anonymous(0).mapConfined()) {
      MappedRegion region = Mapping.anonymous(2 * PAGE).guardPages().mapConfined();
      long address = region.segment().address();
      mark(region.segment());
      region.resize(PAGE + 10);
      empty.join(region);
      assertEquals(address, empty.segment().address());
      assertMarked(empty.segment(), 0, PAGE + 10);
      assertZero(empty.resize(10 * PAGE), PAGE + 10, 10 * PAGE);
      for (long guard : new long[] {address - PAGE, address + 2 * PAGE}) {
        assertFalse(ProcMaps.find(guard).isPresent(), "not unmapped");
      }
    }
  }

  @Test
  void bytesRemovedFromTheSecondReadZero() {
    try (MappedRegion region = Mapping.anonymous(2 * PAGE).mapConfined()) {
      mark(region.segment());
      MappedRegion rest = region.split(PAGE);
      rest.resize(10);
      region.join(rest);
      assertEquals(PAGE + 10, region.size());
      assertZero(region.resize(2 * PAGE), PAGE + 10, 2 * PAGE);
    }
  }

  @Test
  void joiningUnsuitableRegionsIsRefusedAndRevokesNothing() {
    try (MappedRegion region = Mapping.anonymous(3 * PAGE).mapConfined();
        MappedRegion second = region.split(PAGE);
        MappedRegion third = second.split(PAGE);
        MappedRegion shared = Mapping.anonymous(PAGE).mapShared();
        MappedRegion other = Mapping.anonymous(PAGE).shared().mapConfined()) {
      assertRefused(region, region);
      assertRefused(region, third); // is not adjacent
      assertRefused(second, region); // the wrong way round
      assertRefused(region, shared); // of another lifetime
      assertRefused(region, other); // of another kind
      second.protect(Protection.READ);
      assertRefused(region, second);
      second.protect(Protection.READ_WRITE);
      region.resize(PAGE - 1);
      assertRefused(region, second); // a byte is missing between them
    }
  }

  @Test
  void aBorrowedRegionIsNotJoined() {
    try (Arena arena = Arena.ofConfined();
        MappedRegion owned = Mapping.anonymous(PAGE).mapConfined()) {
      MappedRegion borrowed = Mapping.anonymous(PAGE).map(arena);
      MappedRegion wrapper = MappedRegion.of(owned.segment());
      for (MappedRegion other : new MappedRegion[] {borrowed, wrapper}) {
        assertThrows(IllegalStateException.class, () -> owned.join(other));
        assertThrows(IllegalStateException.class, () -> other.join(owned));
      }
      assertTrue(owned.segment().scope().isAlive());
      MappedRegion closed = Mapping.anonymous(0).mapConfined();
      closed.close();
      assertThrows(IllegalStateException.class, () -> owned.join(closed));
      assertThrows(IllegalStateException.class, () -> closed.join(owned));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aViewThatNativeCodeHoldsForbidsIt(boolean ofTheFirst) {
    try (MappedRegion region = Mapping.anonymous(2 * PAGE).mapShared()) {
      mark(region.segment());
      MappedRegion rest = region.split(PAGE);
      try (BlockedRead _ = new BlockedRead((ofTheFirst ? region : rest).segment())) {
        assertThrows(IllegalStateException.class, () -> region.join(rest));
        assertMarked(region.segment(), 0, PAGE);
        assertMarked(rest.segment(), 0, PAGE, PAGE);
      }
      region.join(rest);
      assertMarked(region.segment(), 0, 2 * PAGE);
    }
  }

  private static void assertRefused(MappedRegion one, MappedRegion two) {
    MemorySegment first = one.segment();
    MemorySegment second = two.segment();
    assertThrows(IllegalArgumentException.class, () -> one.join(two));
    assertTrue(first.scope().isAlive());
    assertTrue(second.scope().isAlive());
  }
}
