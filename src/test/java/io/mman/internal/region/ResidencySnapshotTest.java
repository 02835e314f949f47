package io.mman.internal.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The answers of a snapshot, for any data from the kernel. */
class ResidencySnapshotTest {
  @Test
  void aBitSetHasRoomForAsManyPagesAsThereAreIndexes() {
    long[][] hole = new long[1 << 16][];
    assertEquals(new BitSet(), new ResidencySnapshot(1, 0, 0, Integer.MAX_VALUE, hole).toBitSet());

    ResidencySnapshot larger = new ResidencySnapshot(1, 0, 0, 1L << 31, hole);
    var e = assertThrows(UnsupportedOperationException.class, larger::toBitSet);
    assertEquals("more pages than a BitSet has bits: 2147483648", e.getMessage());
  }

  @Test
  void aByteThatIsAskedForIsCountedFromTheRegionAndTheRefusalSaysSo() {
    ResidencySnapshot some =
        new ResidencySnapshot(10, 3, 100, 25, new long[][] {{0b100}}); // of three pages
    assertEquals(
        List.of(false, false, true), Stream.of(100L, 116L, 117L).map(some::isResident).toList());
    var e = assertThrows(IndexOutOfBoundsException.class, () -> some.isResident(125));
    assertEquals("offset 125 is not in [100, 125)", e.getMessage());
  }
}
