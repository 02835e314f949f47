package io.mman;

import static io.mman.testing.Views.assertMarked;
import static io.mman.testing.Views.mark;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.region.PageRange;
import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The placement of regions: alignment and guard pages. */
class MappingPlacementTest {
  private static final long PAGE = Mman.pageSize();
  private static final long GIB = 1L << 30;
  private static final NativeFile FILE = NativeFile.memory("placement", 64 * PAGE);

  @AfterAll
  static void close() {
    FILE.close();
  }

  static LongStream powersOfTwo() {
    return LongStream.iterate(1, n -> n <= GIB, n -> 2 * n);
  }

  static Mapping[] kinds() {
    Mapping file = Mapping.file(FILE).range(0, 3 * PAGE).protection(Protection.READ_WRITE);
    return new Mapping[] {
      Mapping.anonymous(3 * PAGE),
      Mapping.anonymous(3 * PAGE).shared(),
      file,
      file.copyOnWrite(),
      file.range(PAGE, 3 * PAGE),
    };
  }

  @ParameterizedTest
  @MethodSource("powersOfTwo")
  void theFirstPageIsAlignedAndStaysSo(long alignment) {
    for (Mapping kind : kinds()) {
      try (MappedRegion region = kind.alignment(alignment).mapConfined()) {
        assertEquals(0, region.segment().address() % Math.max(PAGE, alignment));
        mark(region.segment());
        if (region.toString().contains("anonymous shared")) {
          continue; // cannot grow
        }
        MemorySegment view = region.resize(20 * PAGE);
        assertEquals(0, view.address() % Math.max(PAGE, alignment));
        assertMarked(view, 0, 3 * PAGE);
        view = region.resize(2 * PAGE);
        assertEquals(0, view.address() % Math.max(PAGE, alignment));
        region.resize(0);
        assertEquals(0, region.resize(PAGE).address() % Math.max(PAGE, alignment));
      }
    }
  }

  @Test
  void alignmentIsThatOfThePageThatHoldsTheFirstByte() {
    try (MappedRegion region =
        Mapping.file(FILE).range(2 * PAGE + 5, 10).alignment(1 << 20).mapConfined()) {
      assertEquals(5, region.segment().address() % (1 << 20));
    }
  }

  @Test
  void onlyPowersOfTwoAreAlignments() {
    Mapping mapping = Mapping.anonymous(1);
    for (long alignment : new long[] {0, -1, 3, 4097, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThrows(IllegalArgumentException.class, () -> mapping.alignment(alignment));
    }
    Mapping tooMuch = mapping.alignment(1L << 62);
    assertThrows(MmanException.class, tooMuch::mapConfined);
    Mapping overflow = Mapping.anonymous(PageRange.MAX_BYTES).alignment(1L << 62);
    assertThrows(IllegalArgumentException.class, overflow::mapConfined);
  }

  @Test
  void addressSpaceLeftByAligningIsUnmapped() {
    long before = ProcMaps.statusBytes("VmSize");
    try (MappedRegion region = Mapping.anonymous(PAGE).alignment(GIB).mapConfined()) {
      assertTrue(ProcMaps.statusBytes("VmSize") - before < GIB / 2);
      mark(region.segment());
    }
    assertTrue(ProcMaps.statusBytes("VmSize") - before < GIB / 2);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void guardsLieOnBothSidesHoweverTheRegionChanges(Mapping kind) {
    try (MappedRegion region = kind.guardPages().mapConfined()) {
      assertGuarded(region.segment(), 3 * PAGE);
      mark(region.segment());
      assertGuarded(region.resize(2 * PAGE), 2 * PAGE);
      assertGuarded(region.resize(PAGE + 1), 2 * PAGE);
      assertGuarded(region.resize(10), PAGE);
      if (region.toString().contains("anonymous shared")) {
        return; // cannot grow
      }
      assertGuarded(region.resize(8 * PAGE - 1), 8 * PAGE);
      region.lock(0, PAGE);
      assertGuarded(region.resize(9 * PAGE), 9 * PAGE);
      region.protect(Protection.READ);
      assertGuarded(region.segment(), 9 * PAGE);
      region.resize(0);
      assertGuarded(region.resize(2 * PAGE), 2 * PAGE);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void guardsLieOnBothSidesOfAReserve(Mapping kind) {
    try (MappedRegion region = kind.guardPages().reserve(10 * PAGE).mapConfined()) {
      MemorySegment view = region.segment();
      assertGuarded(view, 3 * PAGE);
      assertGuard(view.address() + 10 * PAGE);
      assertGuarded(region.resize(2 * PAGE), 2 * PAGE);
      assertGuard(view.address() + 10 * PAGE);
    }
  }

  @Test
  void thePartsOfASplitHaveTheGuardOnTheirOuterSide() {
    MappedRegion region = Mapping.anonymous(4 * PAGE).guardPages().mapConfined();
    long address = region.segment().address();
    mark(region.segment());
    MappedRegion rest = region.split(PAGE);
    assertGuard(address - PAGE);
    assertGuard(address + 4 * PAGE);
    rest.resize(2 * PAGE);
    assertGuard(address + 3 * PAGE);
    assertMarked(rest.segment(), 0, 2 * PAGE, PAGE);
    region.close();
    assertGuard(address + 3 * PAGE);
    assertNotMapped(address - PAGE);
    rest.close();
    assertNotMapped(address + 3 * PAGE, address + 4 * PAGE);
  }

  @Test
  void guardsGoWithTheRegion() {
    MappedRegion owned = Mapping.anonymous(PAGE).guardPages().mapShared();
    long address = owned.segment().address();
    owned.close();
    assertNotMapped(address - PAGE, address, address + PAGE);
    try (Arena arena = Arena.ofConfined()) {
      MappedRegion borrowed = Mapping.anonymous(PAGE).guardPages().map(arena);
      address = borrowed.segment().address();
      assertGuarded(borrowed.segment(), PAGE);
    }
    assertNotMapped(address - PAGE, address, address + PAGE);
  }

  @Test
  void anEmptyRegionHasNoGuards() {
    try (MappedRegion region = Mapping.anonymous(0).guardPages().mapConfined()) {
      assertEquals(0, region.segment().byteSize());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2 << 20})
  void guardsAndAlignmentGoTogether(long alignment) {
    try (MappedRegion region =
        Mapping.anonymous(PAGE).guardPages().alignment(alignment).mapConfined()) {
      assertGuarded(region.segment(), PAGE);
      assertEquals(0, region.segment().address() % alignment);
    }
  }

  /** The bytes just before and just after the pages can be neither read nor written. */
  private static void assertGuarded(MemorySegment view, long pages) {
    long first = view.address();
    assertTrue(Pages.isReadable(MemorySegment.ofAddress(first)));
    assertTrue(Pages.isReadable(MemorySegment.ofAddress(first + pages - 1)));
    assertGuard(first - PAGE);
    assertGuard(first + pages);
  }

  private static void assertGuard(long page) {
    assertEquals("---p", ProcMaps.find(page).orElseThrow().perms());
    for (long address : new long[] {page, page + PAGE - 1}) {
      MemorySegment memory = MemorySegment.ofAddress(address);
      assertFalse(Pages.isReadable(memory));
      assertFalse(Pages.isWritable(memory, 1));
    }
  }

  private static void assertNotMapped(long... addresses) {
    for (long address : addresses) {
      assertTrue(ProcMaps.find(address).isEmpty(), () -> "still mapped: " + address);
    }
  }
}
