package io.mman;

import static io.mman.testing.Views.assertMarked;
import static io.mman.testing.Views.mark;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Elsewhere;
import io.mman.testing.ProcMaps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // closes twice on purpose
class PinTest {
  private static final long PAGE = Mman.pageSize();

  @Test
  void theAddressIsThatOfTheFirstByte() {
    try (NativeFile file = NativeFile.memory("pin", 3 * PAGE);
        MappedRegion region = Mapping.file(file).range(PAGE + 5, 10).mapConfined();
        MappedRegion empty = Mapping.file(file).range(5, 0).mapConfined()) {
      try (Pin pin = region.pin()) {
        assertEquals(region.segment().address(), pin.address());
      }
      try (Pin pin = empty.pin()) {
        assertEquals(empty.segment().address(), pin.address());
      }
    }
  }

  @Test
  void aClosedPinHasNoAddress() {
    try (MappedRegion region = Mapping.anonymous(1).mapConfined()) {
      Pin pin = region.pin();
      pin.close();
      pin.close();
      assertThrows(IllegalStateException.class, pin::address);
    }
  }

  @Test
  void revokingIsRefusedUntilTheLastPinIsClosed() {
    try (MappedRegion region = Mapping.anonymous(3 * PAGE).mapShared()) {
      mark(region.segment());
      Pin one = region.pin();
      Pin two = region.pin();
      assertPinned(region);
      one.close();
      one.close(); // closing twice has no effect
      assertPinned(region);
      two.close();
      region.protect(Protection.READ);
      region.protect(Protection.READ_WRITE);
      region.join(region.split(PAGE));
      region.resize(10 * PAGE);
      assertMarked(region.resize(2 * PAGE), 0, 2 * PAGE);
    }
  }

  @Test
  void anotherThreadsPinHoldsAndAnotherThreadMayCloseIt() throws Throwable {
    try (MappedRegion region = Mapping.anonymous(3 * PAGE).mapShared()) {
      mark(region.segment());
      List<Pin> pins = new ArrayList<>();
      Elsewhere.run(() -> pins.add(region.pin()));
      assertPinned(region);
      Elsewhere.run(() -> pins.getFirst().close());
      region.resize(PAGE);
    }
    try (MappedRegion confined = Mapping.anonymous(3 * PAGE).mapConfined()) {
      mark(confined.segment());
      assertThrows(WrongThreadException.class, () -> Elsewhere.run(confined::pin));
      Pin pin = confined.pin();
      assertPinned(confined);
      Elsewhere.run(pin::close);
      confined.resize(PAGE);
    }
  }

  private static void assertPinned(MappedRegion region) {
    MemorySegment view = region.segment();
    assertRefused(() -> region.protect(Protection.READ));
    assertRefused(() -> region.protect(Protection.NONE));
    assertRefused(() -> region.resize(3 * PAGE + 1));
    assertRefused(() -> region.resize(PAGE));
    assertRefused(() -> region.resize(0));
    assertRefused(() -> region.split(0));
    assertRefused(() -> region.split(PAGE));
    assertRefused(region::close);
    assertRefused(() -> region.join(Mapping.anonymous(0).mapConfined()));
    assertRefused(() -> Mapping.anonymous(0).mapConfined().join(region));

    assertSame(view, region.segment());
    assertTrue(region.isAlive());
    assertMarked(view, 0, 3 * PAGE);
    region.protect(region.protection());
    region.protect(Protection.READ_WRITE_EXEC); // allowing more does not change the address
    assertSame(view.scope(), region.segment().scope());
    mark(view);
  }

  private static void assertRefused(Runnable change) {
    var e = assertThrows(IllegalStateException.class, change::run);
    assertTrue(e.getMessage().contains("pinned"), e.getMessage());
  }

  @Test
  void aPinnedRegionGrowsInItsReserve() {
    try (MappedRegion region = Mapping.anonymous(3 * PAGE).reserve(10 * PAGE).mapConfined();
        Pin pin = region.pin()) {
      assertEquals(pin.address(), region.resize(10 * PAGE).address());
      assertThrows(IllegalStateException.class, () -> region.resize(9 * PAGE));
      pin.close();
      region.resize(PAGE);
    }
  }

  @Test
  void borrowedRegionsArePinnedWithoutHoldingTheirArena() {
    Arena arena = Arena.ofConfined();
    MappedRegion region = Mapping.anonymous(PAGE).map(arena);
    MemorySegment memory = arena.allocate(10);
    Pin pin = region.pin();
    Pin pinOfWrapper = MappedRegion.of(memory).pin();
    assertEquals(region.segment().address(), pin.address());
    assertEquals(memory.address(), pinOfWrapper.address());

    arena.close();
    assertFalse(region.isAlive());
    assertTrue(ProcMaps.find(pin.address()).isEmpty());
    pin.close();
    pinOfWrapper.close();
    assertThrows(IllegalStateException.class, pin::address);
  }

  @Test
  void aClosedRegionIsNotPinned() {
    MappedRegion region = Mapping.anonymous(PAGE).mapConfined();
    region.close();
    assertThrows(IllegalStateException.class, region::pin);
    assertFalse(region.isAlive());
  }

  @Test
  void aPartOfASplitIsPinnedOnItsOwn() {
    try (MappedRegion region = Mapping.anonymous(3 * PAGE).mapConfined();
        MappedRegion rest = region.split(PAGE);
        Pin pin = region.pin()) {
      assertEquals(region.segment().address(), pin.address());
      rest.resize(PAGE);
      rest.protect(Protection.READ);
      assertThrows(IllegalStateException.class, () -> region.resize(1));
      pin.close();
    }
  }
}
