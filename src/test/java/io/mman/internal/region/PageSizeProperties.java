package io.mman.internal.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Protection;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

/**
 * Computations with pages of every size: 4, 16 and 64 KiB, and huge pages of 2 MiB and 1 GiB. The
 * memory does not exist and is never accessed.
 */
class PageSizeProperties {
  private static final int PAGES = 6;

  /** A region in some pages, which may begin inside the first of them, and a range of it. */
  record Case(long page, long head, long size, long offset, long length) {
    /** Of the region's first page. */
    long base() {
      return 16 * page;
    }

    RegionState state() {
      MemorySegment pages = MemorySegment.ofAddress(base()).reinterpret(PAGES * page);
      return RegionState.of(null, pages, head, size, Protection.READ);
    }

    long from() {
      return base() + head + offset;
    }

    long to() {
      return from() + length;
    }

    boolean touches(int index) {
      return length > 0 && start(index) < to() && from() < start(index + 1);
    }

    boolean contains(int index) {
      return length > 0 && from() <= start(index) && start(index + 1) <= to();
    }

    long start(int index) {
      return base() + index * page;
    }
  }

  @Provide
  Arbitrary<Long> pages() {
    return Arbitraries.of(4L << 10, 16L << 10, 64L << 10, 2L << 20, 1L << 30);
  }

  @Provide
  Arbitrary<Case> cases() {
    return pages()
        .flatMap(
            page ->
                PageRangeProperties.point(page, page - 1)
                    .flatMap(head -> regions(page, head).flatMap(this::ranges)));
  }

  private static Arbitrary<Case> regions(long page, long head) {
    return PageRangeProperties.point(page, PAGES * page - head)
        .map(size -> new Case(page, head, size, 0, 0));
  }

  private Arbitrary<Case> ranges(Case region) {
    return PageRangeProperties.point(region.page, region.size)
        .flatMap(
            offset ->
                PageRangeProperties.point(region.page, region.size - offset)
                    .map(
                        length -> new Case(region.page, region.head, region.size, offset, length)));
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void aRangeIsCoveredByThePagesThatItTouches(@ForAll("cases") Case range) {
    MemorySegment covering = range.state().covering(range.offset, range.length, range.page);

    for (int index = 0; index < PAGES; index++) {
      assertEquals(range.touches(index), overlaps(covering, range, index));
    }
    if (range.length > 0) {
      assertEquals(0, covering.address() % range.page);
      assertEquals(range.to(), covering.address() + covering.byteSize());
    }
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void noPageIsDiscardedThatTheRangeDoesNotContain(@ForAll("cases") Case range) {
    MemorySegment inside = range.state().inside(range.offset, range.length, range.page, false);

    for (int index = 0; index < PAGES; index++) {
      assertEquals(range.contains(index), overlaps(inside, range, index));
    }
    assertEquals(0, inside.byteSize() % range.page);
  }

  private static boolean overlaps(MemorySegment pages, Case range, int index) {
    long end = pages.address() + pages.byteSize();
    return pages.byteSize() > 0
        && pages.address() < range.start(index + 1)
        && range.start(index) < end;
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void thePagesOfARangeAreCountedFromTheStartOfTheFirst(@ForAll("cases") Case range) {
    RegionState state = range.state();
    long start = state.startOfPage(range.offset, range.page);
    long bytes = state.bytesFrom(start, range.offset, range.length);

    assertEquals(0, start % range.page);
    assertTrue(start <= range.head + range.offset);
    assertTrue(range.head + range.offset < start + range.page);
    long touched = 0;
    for (int index = 0; index < PAGES; index++) {
      touched += range.touches(index) ? 1 : 0;
    }
    assertEquals(touched, Math.ceilDiv(bytes, range.page));
  }

  /** Any set of resident pages, up to the last bit of a word. */
  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void residencyCountsBytesOfTheRangeOnly(
      @ForAll("cases") Case range, @ForAll @LongRange(max = (1 << PAGES) - 1) long resident) {
    RegionState state = range.state();
    long start = state.startOfPage(range.offset, range.page);
    long head = range.length == 0 ? 0 : range.head + range.offset - start;
    int touched = (int) Math.ceilDiv(head + range.length, range.page);
    long bits = resident & ((1 << touched) - 1);
    long[][] chunks = touched == 0 ? new long[0][] : new long[][] {{bits}};

    ResidencySnapshot residency =
        new ResidencySnapshot(range.page, head, range.offset, range.length, chunks);

    assertEquals(touched, residency.pages());
    assertEquals(Long.bitCount(bits), residency.residentPages());
    assertEquals(BitSet.valueOf(new long[] {bits}), residency.toBitSet());
    long bytes = 0;
    for (int index = 0; index < touched; index++) {
      long from = Math.max(range.offset, range.offset - head + index * range.page);
      long to =
          Math.min(range.offset + range.length, range.offset - head + (index + 1) * range.page);
      boolean expected = (bits >> index & 1) != 0;
      assertEquals(expected, residency.isResident(from));
      assertEquals(expected, residency.isResident(to - 1));
      bytes += expected ? to - from : 0;
    }
    assertEquals(bytes, residency.residentBytes());
  }
}
