package io.mman;

import static io.mman.testing.Views.assertAlive;
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

import io.mman.internal.region.PageRange;
import io.mman.testing.Elsewhere;
import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Anonymous memory with address space to grow in. */
class MappingReserveTest {
  private static final long PAGE = Mman.pageSize();
  private static final long RESERVE = 10 * PAGE;

  private static MappedRegion map(long size) {
    return Mapping.anonymous(size).reserve(RESERVE).mapShared();
  }

  private static MemorySegment after(MemorySegment view, long offset) {
    return MemorySegment.ofAddress(view.address() + offset);
  }

  @Test
  void growingStaysInPlaceAndRevokesNothing() {
    try (MappedRegion region = map(10)) {
      MemorySegment first = region.segment();
      mark(first);
      for (long size : new long[] {11, PAGE, PAGE + 1, 5 * PAGE + 5, RESERVE}) {
        MemorySegment view = region.resize(size);
        assertSame(view, region.segment());
        assertEquals(first.address(), view.address());
        assertEquals(size, view.byteSize());
        assertEquals(size, region.size());
        assertMarked(view, 0, 10);
        assertZero(view, 10, size);
      }
      assertEquals(10, first.byteSize());
      region.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 99);
      assertEquals(99, byteAt(first, 0));
    }
  }

  @Test
  void theReserveIsTheLimit() {
    try (MappedRegion region = map(10)) {
      MemorySegment view = region.segment();
      for (long size : new long[] {RESERVE + 1, RESERVE + PAGE, 1L << 40, PageRange.MAX_BYTES}) {
        assertThrows(IllegalArgumentException.class, () -> region.resize(size));
      }
      assertSame(view, region.segment());
      region.resize(RESERVE);
    }
    try (MappedRegion region = Mapping.anonymous(10).reserve(20).mapConfined()) {
      region.resize(20);
      assertThrows(
          IllegalArgumentException.class, () -> region.resize(21)); // although it is in the page
    }
  }

  @Test
  void aReserveIsAtLeastTheSize() {
    assertThrows(IllegalArgumentException.class, () -> map(RESERVE + 1));
    assertThrows(IllegalArgumentException.class, () -> Mapping.anonymous(1).reserve(-1));
    assertThrows(
        IllegalArgumentException.class, () -> Mapping.anonymous(1).reserve(Long.MAX_VALUE));
    map(RESERVE).close();
    Mapping.anonymous(0).reserve(0).mapConfined().close();
  }

  @Test
  void theReserveCannotBeTouchedAndTakesNoMemory() {
    try (MappedRegion region = Mapping.anonymous(PAGE).reserve(1L << 40).mapConfined()) {
      MemorySegment view = region.segment();
      assertTrue(Pages.isReadable(after(view, PAGE - 1)));
      assertFalse(Pages.isReadable(after(view, PAGE)));
      assertFalse(Pages.isReadable(after(view, (1L << 40) - 1)));
      assertEquals("---p", ProcMaps.find(view.address() + PAGE).orElseThrow().perms());
      region.resize(3 * PAGE);
      assertFalse(Pages.isReadable(after(view, 3 * PAGE)));
    }
  }

  @Test
  void closingUnmapsTheWholeReserve() {
    MappedRegion region = map(PAGE);
    long address = region.segment().address();
    region.resize(3 * PAGE);
    region.close();
    assertTrue(ProcMaps.find(address).isEmpty());
    assertTrue(ProcMaps.find(address + RESERVE - 1).isEmpty());
  }

  @Test
  void shrinkingRevokesAndFreesMemoryButKeepsTheAddresses() {
    try (MappedRegion region = map(5 * PAGE)) {
      MemorySegment before = region.segment();
      mark(before);
      MemorySegment view = region.resize(PAGE + 1);
      assertRevoked(before);
      assertEquals(before.address(), view.address());
      assertMarked(view, 0, PAGE + 1);
      assertFalse(Pages.isReadable(after(view, 2 * PAGE)));
      assertEquals("---p", ProcMaps.find(view.address() + 4 * PAGE).orElseThrow().perms());

      assertZero(region.resize(5 * PAGE), PAGE + 1, 5 * PAGE);
      assertAlive(view);
      region.resize(0);
      assertFalse(Pages.isReadable(after(view, 0)));
      assertEquals(before.address(), region.resize(RESERVE).address());
      assertZero(region.segment(), 0, RESERVE);
    }
  }

  @Test
  void aRegionMayBeginEmpty() {
    try (MappedRegion region = map(0)) {
      assertEquals(0, region.segment().byteSize());
      mark(region.resize(3));
      assertMarked(region.resize(RESERVE), 0, 3);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "READ", "READ_EXEC", "READ_WRITE"})
  void newPagesHaveThePresentProtection(Protection protection) {
    try (MappedRegion region = map(2 * PAGE)) {
      MemorySegment first = region.segment();
      mark(first);
      region.resize(PAGE + 10);
      region.protect(protection);
      region.resize(3 * PAGE);
      ProcMaps.Area area = ProcMaps.find(first.address() + 2 * PAGE).orElseThrow();
      assertEquals(protection.canWrite(), area.perms().charAt(1) == 'w');
      assertEquals(protection.canRead(), area.perms().charAt(0) == 'r');
      assertEquals(area.perms(), ProcMaps.find(first.address() + PAGE).orElseThrow().perms());
      assertFalse(Pages.isReadable(after(first, 3 * PAGE)));

      MemorySegment view = region.protect(Protection.READ_WRITE);
      assertMarked(view, 0, PAGE + 10);
      assertZero(view, PAGE + 10, 3 * PAGE);
      assertFalse(Pages.isReadable(after(first, 3 * PAGE)), "the reserve stays closed");
    }
  }

  @Test
  void growingKeepsAReadOnlyViewReadOnly() {
    try (MappedRegion region = map(10)) {
      MemorySegment view = region.protect(Protection.READ);
      assertTrue(region.resize(20).isReadOnly());
      assertAlive(view);
    }
  }

  @Test
  void borrowedRegionsGrowButDoNotShrink() {
    RegionGroup group = RegionGroup.open();
    try (Arena confined = Arena.ofConfined();
        Arena shared = Arena.ofShared()) {
      for (Arena arena : new Arena[] {confined, shared, Arena.ofAuto(), Arena.global(), group}) {
        MappedRegion region = Mapping.anonymous(PAGE).reserve(RESERVE).map(arena);
        MemorySegment view = region.segment();
        mark(view);
        assertEquals(view.address(), region.resize(3 * PAGE).address());
        assertAlive(view);
        assertMarked(region.segment(), 0, PAGE);
        mark(region.segment());
        assertThrows(IllegalStateException.class, () -> region.resize(2 * PAGE));
        assertThrows(IllegalArgumentException.class, () -> region.resize(RESERVE + 1));
        assertEquals(3 * PAGE, region.segment().byteSize());
      }
    }
    group.close();
  }

  @Test
  void nothingGrowsInAClosedArena() {
    MappedRegion region;
    try (Arena arena = Arena.ofShared()) {
      region = Mapping.anonymous(PAGE).reserve(RESERVE).map(arena);
    }
    assertThrows(IllegalStateException.class, () -> region.resize(2 * PAGE));
    assertThrows(IllegalStateException.class, () -> region.resize(PAGE));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void othersReadAndWriteWhileARegionGrows(boolean borrowed) throws Throwable {
    int pages = 2000;
    RegionGroup group = RegionGroup.open();
    Mapping mapping = Mapping.anonymous(PAGE).reserve(pages * PAGE);
    MappedRegion region = borrowed ? mapping.map(group) : mapping.mapShared();
    region.segment().set(ValueLayout.JAVA_LONG, 0, 1);
    AtomicLong written = new AtomicLong(1);
    Elsewhere grower =
        Elsewhere.start(
            () -> {
              for (long n = 1; n < pages; n++) {
                MemorySegment view = region.resize((n + 1) * PAGE);
                view.set(ValueLayout.JAVA_LONG, n * PAGE, n + 1);
                written.set(n + 1);
              }
            });
    long oldPages = written.get(); // the view may have one more byte, which is not written yet
    MemorySegment old = region.segment();
    for (long step = 0; written.get() < pages; step++) {
      assertFalse(grower.isDone() && written.get() < pages, "failed");
      long known = written.get();
      MemorySegment view = region.segment();
      assertTrue(view.byteSize() >= known * PAGE);
      long n = step % known;
      assertEquals(n + 1, view.get(ValueLayout.JAVA_LONG, n * PAGE));
      assertEquals(step % oldPages + 1, old.get(ValueLayout.JAVA_LONG, step % oldPages * PAGE));
    }
    grower.join();
    if (!borrowed) {
      region.close();
    }
    group.close();
  }
}
