package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class RegionStatsTest {
  private static final long PAGE = Mman.pageSize();
  private static final long SIZE = 16 * PAGE;

  private static Mapping memory() {
    // Guards keep the kernel from merging it with other mappings.
    return Mapping.anonymous(SIZE).guardPages();
  }

  @Test
  void touchedPagesAreCounted() {
    try (MappedRegion region = memory().mapConfined()) {
      assertEquals(new RegionStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), region.stats());
      region.segment().asSlice(0, 3 * PAGE).fill((byte) 1);
      RegionStats stats = region.stats();
      assertEquals(3 * PAGE, stats.rss());
      assertEquals(3 * PAGE, stats.pss());
      assertEquals(3 * PAGE, stats.anonymous());
      assertEquals(3 * PAGE, stats.privateDirty());
      assertEquals(3 * PAGE, stats.referenced());
      assertEquals(0, stats.privateClean() + stats.sharedClean() + stats.sharedDirty());
      assertEquals(0, stats.anonHugePages() + stats.filePmdMapped() + stats.swap());

      region.lock(0, 5 * PAGE, LockFlag.ONFAULT);
      assertEquals(3 * PAGE, region.stats().locked());
      region.unlock();
      region.advise(Advice.DONTNEED);
      assertEquals(0, region.stats().rss());
    }
  }

  @Test
  void figuresAreThoseOfSmaps() {
    try (NativeFile file = NativeFile.memory("stats", SIZE);
        MappedRegion one = Mapping.file(file).protection(Protection.READ_WRITE).mapConfined();
        MappedRegion two = Mapping.file(file).guardPages().mapConfined()) {
      one.segment().asSlice(0, 4 * PAGE).fill((byte) 1);
      two.populate(0, 2 * PAGE);
      for (MappedRegion region : new MappedRegion[] {one, two}) {
        ProcMaps.Area area = ProcMaps.figuresOf(region.segment());
        RegionStats stats = region.stats();
        assertEquals(area.figure("Rss"), stats.rss());
        assertEquals(area.figure("Pss"), stats.pss());
        assertEquals(area.figure("Shared_Clean"), stats.sharedClean());
        assertEquals(area.figure("Shared_Dirty"), stats.sharedDirty());
        assertEquals(area.figure("Private_Clean"), stats.privateClean());
        assertEquals(area.figure("Private_Dirty"), stats.privateDirty());
        assertEquals(area.figure("Anonymous"), stats.anonymous());
      }
      assertTrue(two.stats().sharedDirty() + two.stats().sharedClean() >= 2 * PAGE);
      assertTrue(two.stats().pss() < two.stats().rss());
    }
  }

  @Test
  void allAreasOfARegionAreAddedUp() {
    try (MappedRegion region = memory().mapConfined()) {
      region.advise(Advice.DONTFORK, PAGE, PAGE);
      region.advise(Advice.DONTFORK, 8 * PAGE, PAGE);
      region.segment().fill((byte) 1);
      assertEquals(SIZE, region.stats().rss());
      MappedRegion rest = region.split(8 * PAGE);
      assertEquals(8 * PAGE, region.stats().rss());
      rest.close();
    }
  }

  @Test
  void theReserveIsNotCounted() {
    try (MappedRegion region = memory().reserve(4 * SIZE).mapConfined()) {
      region.segment().fill((byte) 1);
      region.resize(2 * SIZE);
      assertEquals(SIZE, region.stats().rss());
    }
  }

  @Test
  void anEmptyRegionTakesNothingWhateverLiesBesideIt() {
    try (MappedRegion region = memory().reserve(SIZE).mapConfined();
        MappedRegion empty = region.split(SIZE);
        MappedRegion nothing = Mapping.anonymous(0).mapConfined()) {
      region.segment().fill((byte) 1);
      assertEquals(0, empty.stats().rss());
      assertEquals(0, nothing.stats().rss());
      region.resize(0);
      assertEquals(0, region.stats().rss());
    }
  }

  @Test
  void memoryMappedElsewhereIsCountedToo() {
    try (Pages pages = Pages.anonymous(4)) {
      pages.segment().fill((byte) 1);
      RegionStats stats = MappedRegion.of(pages.segment()).stats();
      assertTrue(stats.rss() >= 4 * PAGE, stats::toString);
      MemorySegment inside = pages.segment().asSlice(100, 1);
      assertEquals(stats.rss(), MappedRegion.of(inside).stats().rss());
    }
  }

  @Test
  void aClosedRegionHasNone() {
    MappedRegion region;
    try (Arena arena = Arena.ofConfined()) {
      region = Mapping.anonymous(PAGE).map(arena);
    }
    assertThrows(IllegalStateException.class, region::stats);
  }
}
