package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.region.RegionProbe;
import io.mman.testing.Arenas;
import io.mman.testing.Elsewhere;
import io.mman.testing.ProcMaps;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A region that borrows an arena is mapped exactly as long as that arena is alive. */
class MappingLifetimeTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void createFile() {
    file = Samples.file(folder, 3 * PAGE);
  }

  @Test
  void closingAnArenaUnmapsAllItsRegions() {
    List<Supplier<Arena>> arenas =
        List.of(
            Arena::ofConfined,
            Arena::ofShared,
            () -> Arenas.around(Arena.ofConfined()),
            () -> Arenas.around(Arenas.around(Arena.ofShared())));
    for (Supplier<Arena> open : arenas) {
      List<MappedRegion> regions = new ArrayList<>();
      try (Arena arena = open.get()) {
        regions.add(Mapping.file(file).map(arena));
        regions.add(Mapping.file(file).range(PAGE + 1, 9).copyOnWrite().map(arena));
        regions.add(Mapping.file(file).range(5, 0).map(arena));
        assertEquals(2, areas().size());
        assertEquals(Samples.at(PAGE + 1), regions.get(1).segment().get(ValueLayout.JAVA_BYTE, 0));
        assertEquals(arena.scope(), regions.get(0).segment().scope());
        regions.forEach(MappedRegion::sync);
      }
      assertEquals(List.of(), areas());
      for (MappedRegion region : regions) {
        assertFalse(region.isAlive());
        assertThrows(IllegalStateException.class, region::segment);
        region.close();
      }
      assertEquals(9, regions.get(1).size());
      assertEquals(Protection.READ, regions.get(0).protection());
    }
  }

  @Test
  void theGlobalArenaKeepsARegionForEver() {
    MappedRegion region = Mapping.file(file).map(Arena.global());
    region.close(); // ends the object only
    assertEquals(1, areas().size());
  }

  @Test
  void anAutomaticArenaKeepsARegionWhileAnythingOfItIsReachable() {
    List<Function<MappedRegion, Object>> handles =
        List.of(
            region -> region,
            MappedRegion::segment,
            region -> region.segment().asSlice(PAGE, 1),
            region -> region.segment().asByteBuffer(),
            region -> region.segment().asSlice(1).asByteBuffer().slice(1, 1));
    for (Function<MappedRegion, Object> toHandle : handles) {
      Object handle = toHandle.apply(Mapping.file(file).map(Arena.ofAuto()));
      awaitCleaner();
      assertEquals(1, areas().size());
      Reference.reachabilityFence(handle);
      handle = null;
      awaitGone(file);
    }
    map(Arenas.around(Arena.ofAuto()));
    awaitGone(file);
  }

  private void map(Arena arena) {
    Mapping.file(file).map(arena);
    assertEquals(1, areas().size());
  }

  /** Collects garbage until another, younger mapping is unmapped. */
  private void awaitCleaner() {
    Path other = Samples.file(folder, 1);
    Mapping.file(other).map(Arena.ofAuto());
    awaitGone(other);
  }

  /** The time only ends a test that would hang. */
  private static void awaitGone(Path mapped) {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!ProcMaps.ofFile(mapped).isEmpty()) {
      assertTrue(System.nanoTime() < end, "still mapped");
      System.gc();
    }
  }

  @Test
  void aRegionLivesOnWhenItsFileIsDeleted() throws IOException {
    try (MappedRegion region = Mapping.file(file).mapConfined()) {
      Files.delete(file);
      assertEquals(Samples.at(2 * PAGE), region.segment().get(ValueLayout.JAVA_BYTE, 2 * PAGE));
      region.sync();
    }
  }

  @Test
  void noOtherThreadClosesAConfinedRegionWhileItChanges() {
    MappedRegion region = Mapping.anonymous(PAGE).mapConfined();
    long address = region.segment().address();
    RegionProbe.closeEpoch(region.region); // as a change does before it creates the next epoch
    assertThrows(WrongThreadException.class, () -> Elsewhere.run(region::close));
    assertTrue(ProcMaps.find(address).isPresent());
    region.close();
  }

  private List<ProcMaps.Area> areas() {
    return ProcMaps.ofFile(file);
  }
}
