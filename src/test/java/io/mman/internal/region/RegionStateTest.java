package io.mman.internal.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** The view of a region after a change, and its pages in use. */
class RegionStateTest {
  private static final long PAGE = 4096;

  private final MemorySegment pages = Arena.ofAuto().allocate(4 * PAGE, PAGE);
  private final MemorySegment others = Arena.ofAuto().allocate(8 * PAGE, PAGE);

  private RegionState of(long head, long size, Protection protection) {
    return RegionState.of(null, pages, head, size, protection);
  }

  @Test
  void theViewHasTheBytesAndTheProtectionOfTheRegion() {
    assertEquals(pages.asSlice(5, 100), of(5, 100, Protection.READ_WRITE).view());
    assertEquals(pages.asSlice(5, 100).asReadOnly(), of(5, 100, Protection.READ_EXEC).view());
    assertNull(of(5, 100, Protection.WRITE).view());
    assertNull(of(5, 100, Protection.NONE).view());
  }

  @Test
  void anotherPlaceHasTheSameProtection() {
    RegionState moved = of(5, 100, Protection.READ).in(null, others, 6, 200);
    assertEquals(others.asSlice(6, 200).asReadOnly(), moved.view());
    assertSame(others, moved.pages());
    assertEquals(Protection.READ, moved.protection());
    assertNull(of(5, 100, Protection.NONE).in(null, others, 6, 200).view());
  }

  /** Some of its pages may not be read any more, wherever they are. */
  @Test
  void aRegionWithoutItsViewStaysWithoutItInAnotherPlace() {
    RegionState seeing = of(5, 100, Protection.READ_WRITE);
    assertNotNull(seeing.view());
    RegionState blind = seeing.withoutView();
    assertNull(blind.view());
    assertEquals(Protection.READ_WRITE, blind.protection());
    assertTrue(blind.isAlive());

    RegionState moved = blind.in(null, others, 6, 200);
    assertNull(moved.view());
    assertEquals(others.asSlice(0, 206), moved.used());
    assertEquals(Protection.READ_WRITE, moved.protection());
  }

  @Test
  void thePagesInUseEndWithTheLastByte() {
    assertEquals(pages.asSlice(0, 105), of(5, 100, Protection.NONE).used());
    assertEquals(pages, of(0, 4 * PAGE, Protection.NONE).used());
  }

  /** Nothing is mapped for it, so that there is not even a first page. */
  @Test
  void anEmptyRegionInsideAPageUsesNone() {
    RegionState empty = RegionState.of(null, MemorySegment.NULL, 5, 0, Protection.READ);
    assertEquals(0, empty.used().byteSize());
    assertEquals(MemorySegment.NULL.asReadOnly(), empty.view());
  }
}
