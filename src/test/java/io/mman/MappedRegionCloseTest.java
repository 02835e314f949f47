package io.mman;

import static io.mman.testing.Views.assertAlive;
import static io.mman.testing.Views.assertMarked;
import static io.mman.testing.Views.mark;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Elsewhere;
import io.mman.testing.ProcMaps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Closing a region that borrows its lifetime ends the object, but not its pages and views. */
class MappedRegionCloseTest {
  private static final long PAGE = Mman.pageSize();

  private static final List<Consumer<MappedRegion>> METHODS =
      List.of(
          MappedRegion::segment,
          MappedRegion::sync,
          region -> region.sync(0, 1),
          region -> region.advise(Advice.RANDOM),
          region -> region.advise(Advice.RANDOM, 0, 1),
          MappedRegion::lock,
          region -> region.lock(0, 1),
          MappedRegion::unlock,
          region -> region.unlock(0, 1),
          MappedRegion::populate,
          region -> region.populate(0, 1),
          MappedRegion::residency,
          region -> region.residency(0, 1),
          region -> region.isResident(0, 1),
          region -> region.residentPages(0, 1),
          MappedRegion::stats,
          MappedRegion::pin,
          region -> region.read(0, MemorySegment.ofArray(new byte[1])),
          region -> region.write(0, MemorySegment.ofArray(new byte[1])),
          region -> region.protect(Protection.READ_WRITE),
          region -> region.resize(1),
          region -> region.extend(2 * PAGE),
          region -> region.split(0),
          MappedRegion::seal);

  static List<Consumer<MappedRegion>> methods() {
    return METHODS;
  }

  /** An arena, and a region that borrows from it. */
  private record Borrowed(Arena arena, MappedRegion region) implements AutoCloseable {
    @Override
    public void close() {
      arena.close();
    }
  }

  private static List<Borrowed> borrowed() {
    Arena confined = Arena.ofConfined();
    Arena shared = Arena.ofShared();
    Arena looking = Arena.ofShared();
    RegionGroup group = RegionGroup.open();
    Mapping mapping = Mapping.anonymous(PAGE).reserve(2 * PAGE);
    MemorySegment mapped = mapping.map(looking).segment();
    return List.of(
        new Borrowed(confined, mapping.map(confined)),
        new Borrowed(shared, mapping.map(shared)),
        new Borrowed(group, mapping.map(group)),
        new Borrowed(looking, MappedRegion.of(mapped)));
  }

  @Test
  void pagesAndViewsStayUntilTheArenaCloses() {
    for (Borrowed borrowed : borrowed()) {
      MemorySegment view = borrowed.region.segment();
      long address = view.address();
      try (borrowed) {
        try (MappedRegion region = borrowed.region) {
          mark(region.segment());
        }
        assertFalse(borrowed.region.isAlive());
        assertAlive(view);
        assertMarked(view, 0, PAGE);
        assertEquals(PAGE, borrowed.region.size());
        assertEquals(Protection.READ_WRITE, borrowed.region.protection());
        assertTrue(borrowed.region.toString().contains("closed"), borrowed.region::toString);
        borrowed.region.close(); // a second time does nothing
      }
      assertFalse(view.scope().isAlive());
      assertTrue(ProcMaps.find(address).isEmpty(), "still mapped");
      borrowed.region.close();
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void itsMethodsThrow(Consumer<MappedRegion> method) {
    for (Borrowed borrowed : borrowed()) {
      try (borrowed) {
        borrowed.region.close();
        assertThrows(IllegalStateException.class, () -> method.accept(borrowed.region));
      }
    }
  }

  @Test
  void onlyTheOwnerOfAConfinedArenaMayDoIt() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MappedRegion region = Mapping.anonymous(PAGE).map(arena);
      assertThrows(WrongThreadException.class, () -> Elsewhere.run(region::close));
      assertTrue(region.isAlive());
    }
  }

  @Test
  void aPinOfABorrowedRegionDoesNotKeepItsObjectOpen() {
    try (Arena arena = Arena.ofShared()) {
      MappedRegion region = Mapping.anonymous(PAGE).map(arena);
      try (Pin pin = region.pin()) {
        region.close();
        assertFalse(region.isAlive());
        assertTrue(pin.address() != 0);
      }
    }
  }

  /** Growing in place publishes a new state, which must not bring the object back to life. */
  @Test
  void aChangeThatRacesWithItDoesNotReopenTheRegion() throws Throwable {
    for (int round = 0; round < 500; round++) {
      try (Arena arena = Arena.ofShared()) {
        MappedRegion region = Mapping.anonymous(0).reserve(PAGE).map(arena);
        Elsewhere growing =
            Elsewhere.start(
                () -> {
                  for (int size = 1; region.isAlive() && size < PAGE; size++) {
                    try {
                      region.resize(size);
                    } catch (IllegalStateException closed) {
                      return;
                    }
                  }
                });
        region.close();
        growing.join();
        assertFalse(region.isAlive());
      }
    }
  }

  /**
   * A change waits for the group, which waits for its clean-up, which must not wait for the change.
   */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aCleanUpOfAGroupMayDoItWhileAChangeWaits() throws Throwable {
    RegionGroup group = RegionGroup.open();
    MappedRegion region = Mapping.anonymous(1).reserve(PAGE).map(group);
    AtomicReference<Elsewhere> change = new AtomicReference<>();
    region
        .segment()
        .reinterpret(
            group,
            segment -> {
              change.set(Elsewhere.start(() -> region.resize(2)).awaitWaiting());
              region.close();
            });
    group.close();
    assertThrows(IllegalStateException.class, change.get()::join);
    assertFalse(region.isAlive());
  }
}
