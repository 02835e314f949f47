package io.mman.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.change.PageLayout;
import io.mman.internal.change.PageSetBuilder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the public methods of a set of pages. */
class PageRangesTest {
  private static PageRanges ranges() {
    PageSetBuilder builder = new PageSetBuilder(new PageLayout(4096, 96, 9000));
    builder.add(2, 3);
    builder.add(0, 1);
    builder.add(2, 3);
    return new PageRanges(builder.build());
  }

  @Test
  void rangesComeInAscendingOrderAndOnceAndInsideTheRegion() {
    List<String> seen = new ArrayList<>();
    ranges().forEach((offset, length) -> seen.add(offset + "+" + length));

    assertEquals(List.of("0+4000", "8096+904"), seen);
    assertEquals(2, ranges().count());
    assertEquals(4904, ranges().bytes());
    assertFalse(ranges().isEmpty());
    assertEquals("PageRanges[count=2, bytes=4904]", ranges().toString());
  }

  @Test
  void aByteOutsideOfTheRegionIsInNoRange() {
    assertTrue(ranges().contains(3999));
    assertFalse(ranges().contains(4000));
    assertTrue(ranges().contains(8999));
    assertFalse(ranges().contains(9000));
    assertFalse(ranges().contains(-1));
    assertFalse(ranges().contains(Long.MAX_VALUE));
    assertFalse(ranges().contains(Long.MIN_VALUE));
  }

  @Test
  void aConsumerThatThrowsEndsTheLoop() {
    RuntimeException failure = new RuntimeException("enough");
    List<Long> seen = new ArrayList<>();
    Exception thrown =
        assertThrows(
            RuntimeException.class,
            () ->
                ranges()
                    .forEach(
                        (offset, length) -> {
                          seen.add(offset);
                          throw failure;
                        }));
    assertSame(failure, thrown);
    assertEquals(List.of(0L), seen);
  }

  @Test
  void aConsumerIsNecessaryEvenForNoRange() {
    PageRanges none = new PageRanges(new PageSetBuilder(new PageLayout(4096, 0, 0)).build());

    assertTrue(none.isEmpty());
    assertEquals(0, none.bytes());
    assertThrows(NullPointerException.class, () -> none.forEach(null));
  }
}
