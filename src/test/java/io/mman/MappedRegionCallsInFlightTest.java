package io.mman;

import static io.mman.testing.Views.assertAlive;
import static io.mman.testing.Views.assertRevoked;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.region.RegionProbe;
import io.mman.testing.ChildJvm;
import io.mman.testing.Elsewhere;
import io.mman.testing.Requirements;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Changes wait for the region's calls on other threads, and these calls wait for changes. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MappedRegionCallsInFlightTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  /** Each revokes the views of a region of two pages. */
  enum Change {
    CLOSE((region, map) -> region.close()),
    PROTECT((region, map) -> region.protect(Protection.READ)),
    GROW((region, map) -> region.resize(5 * PAGE)),
    SHRINK((region, map) -> region.resize(PAGE)),
    SPLIT((region, map) -> region.split(PAGE)),
    JOIN((region, map) -> region.join(map.apply(0))),
    JOIN_AS_SECOND((region, map) -> map.apply(0).join(region));

    private final BiConsumer<MappedRegion, LongFunction<MappedRegion>> change;

    Change(BiConsumer<MappedRegion, LongFunction<MappedRegion>> change) {
      this.change = change;
    }

    void make(MappedRegion region) {
      make(region, size -> Mapping.anonymous(size).mapShared());
    }

    /** Makes the change, for which another region may have to be mapped. */
    void make(MappedRegion region, LongFunction<MappedRegion> map) {
      change.accept(region, map);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aChangeWaitsForThem(Change change) throws Throwable {
    MappedRegion region = Mapping.anonymous(2 * PAGE).mapShared();
    MemorySegment view = region.segment();
    RegionProbe.beginCall(region.region);
    Elsewhere changer = Elsewhere.start(() -> change.make(region)).awaitWaiting();
    assertAlive(view);
    view.fill((byte) 1);
    assertTrue(region.isAlive());
    assertEquals(2 * PAGE, region.size());
    assertEquals(Protection.READ_WRITE, region.protection());
    RegionProbe.endCall(region.region);
    changer.join();
    assertRevoked(view);
    boolean closes = Set.of(Change.CLOSE, Change.JOIN_AS_SECOND).contains(change);
    assertEquals(!closes, region.isAlive());
    region.close();
  }

  private static Arguments call(String name, Consumer<MappedRegion> call) {
    return Arguments.of(name, call);
  }

  static Stream<Arguments> calls() {
    MemorySegment heap = MemorySegment.ofArray(new byte[10]);
    return Stream.of(
        call("sync", MappedRegion::sync),
        call("advise", region -> region.advise(Advice.RANDOM)),
        call("lock", MappedRegion::lock),
        call("unlock", MappedRegion::unlock),
        call("populate", MappedRegion::populate),
        call("residency", MappedRegion::residency),
        call("isResident", region -> region.isResident(0, PAGE)),
        call("residentPages", region -> region.residentPages(0, PAGE)),
        call("stats", MappedRegion::stats),
        call("read", region -> region.read(0, heap)),
        call("write", region -> region.write(0, heap)),
        call("pin", region -> region.pin().close()));
  }

  @ParameterizedTest
  @MethodSource("calls")
  void theyWaitForAChange(String name, Consumer<MappedRegion> call) throws Throwable {
    try (MappedRegion region = Mapping.anonymous(2 * PAGE).mapShared()) {
      RegionProbe.beginChange(region.region);
      Elsewhere caller = Elsewhere.start(() -> call.accept(region)).awaitWaiting();
      RegionProbe.endChange(region.region);
      caller.join();
    }
  }

  /** Changes a region while strace delays its msync. */
  static class Child {
    public static void main(String... arguments) throws Throwable {
      for (Change change : Change.values()) {
        syncMeanwhile(Mapping.anonymous(2 * PAGE).mapShared(), change::make);
      }
      RegionGroup group = RegionGroup.open();
      syncMeanwhile(Mapping.anonymous(2 * PAGE).map(group), region -> group.close());
      System.out.println("waited");
    }

    private static void syncMeanwhile(MappedRegion region, Consumer<MappedRegion> change)
        throws Throwable {
      MemorySegment view = region.segment();
      Elsewhere sync = Elsewhere.start(region::sync);
      awaitCall(sync);
      change.accept(region);
      boolean isOver = !isInCall(sync);
      sync.join(); // sync must not have found a closed view
      if (!isOver || view.scope().isAlive()) {
        throw new AssertionError("did not wait");
      }
    }

    private static void awaitCall(Elsewhere sync) {
      while (!isInCall(sync) && !sync.isDone()) {
        Thread.onSpinWait();
      }
    }

    private static boolean isInCall(Elsewhere sync) {
      return Stream.of(sync.thread.getStackTrace())
          .anyMatch(frame -> frame.getClassName().endsWith("MemoryCalls"));
    }
  }

  @Test
  void aSyncThatTakesLongIsWaitedFor() {
    Requirements.requireTracing();
    String log = folder.resolve("log").toString();
    String delay = "inject=msync:delay_exit=100000";
    List<String> lines =
        ChildJvm.of(Child.class)
            .under("strace", "-f", "-o", log, "-e", "trace=msync", "-e", delay)
            .run()
            .lines();
    assertEquals(List.of("waited"), lines);
  }
}
