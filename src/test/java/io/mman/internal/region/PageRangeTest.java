package io.mman.internal.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Which sizes are accepted; {@link PageRangeProperties} has the rounding. */
class PageRangeTest {
  @Test
  void aSizeThatIsRefusedIsNamedWithTheReason() {
    var negative =
        assertThrows(IllegalArgumentException.class, () -> PageRange.requireSize("size", -1));
    assertEquals("size is negative: -1", negative.getMessage());
    long tooLarge = PageRange.MAX_BYTES + 1;
    var large =
        assertThrows(IllegalArgumentException.class, () -> PageRange.requireSize("size", tooLarge));
    assertEquals("size is too large: " + tooLarge, large.getMessage());
    assertEquals(PageRange.MAX_BYTES, PageRange.requireSize("size", PageRange.MAX_BYTES));
    assertEquals(0, PageRange.requireSize("size", 0));
  }
}
