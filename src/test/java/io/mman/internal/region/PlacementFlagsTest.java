package io.mman.internal.region;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.MapFlag;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/** The flags with which address space is reserved. */
class PlacementFlagsTest {
  /** A flag without a number there would make every reserve an exception. */
  @Test
  void aReserveUsesNoReserveOnlyWhereItExists() {
    EnumSet<MapFlag> both = EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS);
    assertEquals(both, Placement.reservedFlags(false));
    both.add(MapFlag.NORESERVE);
    assertEquals(both, Placement.reservedFlags(true));
  }
}
