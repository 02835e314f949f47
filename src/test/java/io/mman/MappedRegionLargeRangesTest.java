package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ranges with too many pages to keep a byte for each on the heap. */
class MappedRegionLargeRangesTest {
  private static final long PAGE = Mman.pageSize();
  private static final long GIB = 1L << 30;

  @Test
  void residencyTakesLittleHeapHoweverLargeTheRange() {
    List<String> lines = ChildJvm.of(Child.class).options("-Xmx16m").run().lines();

    assertEquals(List.of("7 of " + 1024 * GIB / PAGE, "7", "7 of " + 8 * GIB / PAGE, "7"), lines);
  }

  /** Asks for all of a region of 1 TiB, and of a sparse file, with a few pages in memory. */
  static class Child {
    public static void main(String... arguments) {
      Mapping memory = Mapping.anonymous(1024 * GIB).flags(MapFlag.NORESERVE);
      try (MappedRegion region = memory.mapShared()) {
        print(region);
      }
      // Fewer, since the kernel looks for each page of a file.
      try (NativeFile file = NativeFile.memory("sparse", 8 * GIB);
          MappedRegion region = Mapping.file(file).protection(Protection.READ_WRITE).mapShared()) {
        print(region);
      }
    }

    private static void print(MappedRegion region) {
      long step = region.size() / 7 / PAGE * PAGE;
      MemorySegment view = region.segment();
      for (long i = 0; i < 7; i++) {
        view.set(ValueLayout.JAVA_BYTE, i * step + i, (byte) 1);
      }
      Residency residency = region.residency();
      System.out.println(residency.residentPages() + " of " + residency.pages());
      require(residency.isResident(6 * step) && !residency.isResident(6 * step + PAGE));
      System.out.println(region.residentPages(0, region.size()));
    }

    private static void require(boolean condition) {
      if (!condition) {
        throw new AssertionError();
      }
    }
  }

  @Test
  void populatingALargeRangeBringsAllOfItAndNoMore() {
    long size = GIB / 4;
    try (MappedRegion region = Mapping.anonymous(size + 2 * PAGE).mapShared()) {
      region.populate(PAGE + 5, size - PAGE);
      assertTrue(region.isResident(PAGE, size));
      assertFalse(region.isResident(0, 1));
      assertFalse(region.isResident(size + PAGE, 1));
      assertEquals(size / PAGE, region.residentPages(0, region.size()));
      region.populate(); // resident pages keep their contents
      assertEquals(size / PAGE + 2, region.residentPages(0, region.size()));
    }
  }
}
