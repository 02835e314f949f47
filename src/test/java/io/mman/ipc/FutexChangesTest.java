package io.mman.ipc;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.Protection;
import io.mman.RegionGroup;
import io.mman.testing.Elsewhere;
import io.mman.testing.Tasks;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A change of the region does not wait for threads that wait for its words, but ends their waits.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FutexChangesTest {
  private static final long PAGE = Mman.pageSize();
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  /** Changes of a region of two pages. */
  enum Change {
    CLOSE(MappedRegion::close),
    PROTECT(region -> region.protect(Protection.READ)),
    GROW(region -> region.resize(5 * PAGE)),
    SHRINK(region -> region.resize(PAGE)),
    SPLIT(region -> region.split(PAGE).close());

    private final Consumer<MappedRegion> change;

    Change(Consumer<MappedRegion> change) {
      this.change = change;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aChangeEndsTheWaits(Change change) throws Throwable {
    try (MappedRegion region = Mapping.anonymous(2 * PAGE).mapShared()) {
      Elsewhere waiter = waiter(region);

      change.change.accept(region);

      waiter.join();
    }
  }

  /** Neither do virtual threads hold up a change. */
  @ParameterizedTest
  @EnumSource
  void aChangeEndsTheWaitsOfVirtualThreads(Change change) throws Throwable {
    try (MappedRegion region = Mapping.anonymous(2 * PAGE).mapShared()) {
      Futex word = Futex.at(region, 4);
      long address = region.segment().address() + 4;
      Throwable[] thrown = new Throwable[1];
      Thread waiter =
          Thread.ofVirtual()
              .start(() -> thrown[0] = assertThrows(Exception.class, () -> word.await(0, FOREVER)));
      Tasks.awaitCallWith(address);

      change.change.accept(region);

      waiter.join();
      assertThrows(
          IllegalStateException.class,
          () -> {
            throw thrown[0];
          });
    }
  }

  /** An arena in use could not be closed; a waiting thread does not use it. */
  @Test
  void theEndOfTheArenaEndsTheWaits() throws Throwable {
    Elsewhere waiter;
    try (Arena arena = Arena.ofShared()) {
      waiter = waiter(Mapping.anonymous(PAGE).map(arena));
    }
    waiter.join();
  }

  @Test
  void theEndOfTheGroupEndsTheWaits() throws Throwable {
    Elsewhere waiter;
    try (RegionGroup group = RegionGroup.open()) {
      waiter = waiter(Mapping.anonymous(PAGE).map(group));
    }
    waiter.join();
  }

  @Test
  void theEndOfAMappingMadeElsewhereEndsTheWaits() throws Throwable {
    Elsewhere waiter;
    try (Arena arena = Arena.ofShared()) {
      waiter = waiter(MappedRegion.of(arena.allocate(64, 8)));
    }
    waiter.join();
  }

  /** What revokes no view has no effect on them. */
  @Test
  void otherCallsDoNotEndTheWaits() throws Throwable {
    Elsewhere waiter;
    try (MappedRegion region = Mapping.anonymous(2 * PAGE).mapShared()) {
      waiter = waiter(region);

      region.populate();
      region.lock();
      region.unlock();
      region.residency();

      assertFalse(waiter.isDone());
    }
    waiter.join();
  }

  /** Returns a thread that sleeps until an exception ends its wait. */
  private static Elsewhere waiter(MappedRegion region) {
    Futex word = Futex.at(region, 4);
    Elsewhere waiter =
        Elsewhere.start(
            () -> assertThrows(IllegalStateException.class, () -> word.await(0, FOREVER)));
    Tasks.awaitCallWith(region.segment().address() + 4);
    return waiter;
  }
}
