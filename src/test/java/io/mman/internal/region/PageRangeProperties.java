package io.mman.internal.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

/** Rounding to pages against a model that looks at every page. */
public class PageRangeProperties {
  private static final int PAGES = 8;

  /** A page size and a range of bytes in a handful of pages, often at the edge of one. */
  record Case(long page, long offset, long length) {
    long end() {
      return offset + length;
    }

    boolean touches(long index) {
      return length > 0 && index * page < end() && offset < (index + 1) * page;
    }

    boolean contains(long index) {
      return length > 0 && offset <= index * page && (index + 1) * page <= end();
    }
  }

  @Provide
  Arbitrary<Case> cases() {
    return Arbitraries.of(12, 13, 14, 15, 16, 21, 30)
        .map(shift -> 1L << shift)
        .flatMap(
            page ->
                point(page, PAGES * page)
                    .flatMap(
                        from ->
                            point(page, PAGES * page - from)
                                .map(length -> new Case(page, from, length))));
  }

  /** A number up to some maximum, often at the edge of a page. */
  public static Arbitrary<Long> point(long page, long max) {
    Arbitrary<Long> edge =
        Arbitraries.longs()
            .between(0, max / page)
            .flatMap(index -> Arbitraries.of(-1L, 0L, 1L).map(step -> index * page + step));
    return Arbitraries.oneOf(Arbitraries.longs().between(0, max), edge)
        .map(value -> Math.clamp(value, 0, max));
  }

  @Property(tries = 500)
  void coveringHoldsEveryPageThatTheRangeTouches(@ForAll("cases") Case range) {
    PageRange covering = PageRange.covering(range.offset(), range.length(), range.page());

    assertEquals(0, covering.offset() % range.page());
    for (int index = 0; index < PAGES; index++) {
      assertEquals(range.touches(index), covers(covering, range.page(), index));
    }
    if (range.length() == 0) {
      assertEquals(0, covering.length());
    } else {
      assertEquals(range.end(), covering.offset() + covering.length());
    }
  }

  @Property(tries = 500)
  void insideHoldsOnlyPagesThatTheRangeContains(@ForAll("cases") Case range) {
    PageRange inside = PageRange.inside(range.offset(), range.length(), range.page(), false);

    assertEquals(0, inside.offset() % range.page());
    assertEquals(0, inside.length() % range.page());
    for (int index = 0; index < PAGES; index++) {
      assertEquals(range.contains(index), covers(inside, range.page(), index));
    }
  }

  @Property(tries = 500)
  void theLastPageCanCountAsContained(@ForAll("cases") Case range) {
    PageRange inside = PageRange.inside(range.offset(), range.length(), range.page(), true);

    long last = (range.end() - 1) / range.page();
    for (int index = 0; index < PAGES; index++) {
      boolean beginsInside = range.length() > 0 && range.offset() <= index * range.page();
      boolean expected = range.contains(index) || (index == last && beginsInside);
      assertEquals(expected, covers(inside, range.page(), index));
    }
    assertTrue(inside.length() == 0 || inside.offset() + inside.length() == range.end());
  }

  /** Returns whether a byte of the page is in the range; then the kernel changes the whole page. */
  private static boolean covers(PageRange range, long page, long index) {
    long start = Math.max(range.offset(), index * page);
    long end = Math.min(range.offset() + range.length(), (index + 1) * page);
    return start < end;
  }

  @Property(tries = 300)
  void sizesThatCannotBeRoundedAreRefused(@ForAll long bytes) {
    if (bytes >= 0 && bytes <= PageRange.MAX_BYTES) {
      assertEquals(bytes, PageRange.requireSize("x", bytes));
      long rounded = PageRange.ceil(bytes, 16L << 30);
      assertTrue(rounded >= bytes);
    } else {
      assertThrows(IllegalArgumentException.class, () -> PageRange.requireSize("x", bytes));
    }
  }

  @Property(tries = 300)
  void floorAndCeilEncloseAValue(
      @ForAll @LongRange(max = PageRange.MAX_BYTES) long value, @ForAll("pages") long page) {
    long floor = PageRange.floor(value, page);
    long ceil = PageRange.ceil(value, page);
    assertEquals(0, floor % page);
    assertEquals(0, ceil % page);
    assertTrue(floor <= value && value <= ceil);
    assertEquals(value % page == 0 ? 0 : page, ceil - floor);
  }

  @Provide
  Arbitrary<Long> pages() {
    return Arbitraries.of(12, 13, 14, 15, 16, 21, 30, 34).map(shift -> 1L << shift);
  }
}
