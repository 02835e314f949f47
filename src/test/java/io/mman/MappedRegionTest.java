package io.mman;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ProcMaps;
import io.mman.testing.Samples;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Rules for all methods of a region: their ranges, the closed region, the thread. */
class MappedRegionTest {
  private static final long PAGE = Mman.pageSize();
  private static final MemorySegment BUFFER = MemorySegment.ofArray(new byte[10]);

  /** Every call that takes a range of bytes. */
  private interface RangeCall {
    void on(MappedRegion region, long offset, long length);
  }

  private static final Map<String, RangeCall> RANGE_CALLS = rangeCalls();

  /** Every call that a closed region refuses. */
  private static final Map<String, Consumer<MappedRegion>> CALLS = calls();

  @TempDir Path folder;

  private static Map<String, RangeCall> rangeCalls() {
    Map<String, RangeCall> calls = new LinkedHashMap<>();
    calls.put("sync", MappedRegion::sync);
    calls.put("sync async", (r, offset, length) -> r.sync(offset, length, SyncFlag.ASYNC));
    calls.put("advise", (r, offset, length) -> r.advise(Advice.WILLNEED, offset, length));
    calls.put("discard", (r, offset, length) -> r.advise(Advice.DONTNEED, offset, length));
    calls.put("lock", MappedRegion::lock);
    calls.put("lock on fault", (r, offset, length) -> r.lock(offset, length, LockFlag.ONFAULT));
    calls.put("unlock", MappedRegion::unlock);
    calls.put("populate", MappedRegion::populate);
    calls.put("residency", MappedRegion::residency);
    calls.put("isResident", MappedRegion::isResident);
    calls.put("residentPages", MappedRegion::residentPages);
    calls.put("read", (r, offset, length) -> r.read(offset, ofLength(length)));
    calls.put("write", (r, offset, length) -> r.write(offset, ofLength(length)));
    return calls;
  }

  /** A segment without memory, which no call may reach. */
  private static MemorySegment ofLength(long length) {
    return length <= 0 ? MemorySegment.NULL : MemorySegment.ofAddress(PAGE).reinterpret(length);
  }

  private static Map<String, Consumer<MappedRegion>> calls() {
    Map<String, Consumer<MappedRegion>> calls = new LinkedHashMap<>();
    RANGE_CALLS.forEach((name, call) -> calls.put(name, r -> call.on(r, 0, 0)));
    calls.put("whole sync", MappedRegion::sync);
    calls.put("whole advise", r -> r.advise(Advice.NORMAL));
    calls.put("whole lock", MappedRegion::lock);
    calls.put("whole unlock", MappedRegion::unlock);
    calls.put("whole populate", MappedRegion::populate);
    calls.put("whole residency", MappedRegion::residency);
    calls.put("some read", r -> r.read(0, BUFFER));
    calls.put("some write", r -> r.write(0, BUFFER));
    calls.put("protect", r -> r.protect(Protection.READ));
    calls.put("widen", r -> r.protect(Protection.READ_WRITE_EXEC));
    return calls;
  }

  @TestFactory
  Stream<DynamicTest> everyRangeMustLieInTheRegion() {
    return tests(
        RANGE_CALLS,
        call -> {
          try (MappedRegion region = Mapping.anonymous(PAGE + 5).mapConfined()) {
            long size = PAGE + 5;
            long huge = Long.MAX_VALUE;
            for (long[] wrong :
                new long[][] {
                  {-1, 0},
                  {size + 1, 0},
                  {0, size + 1},
                  {size, 1},
                  {1, size},
                  {PAGE, PAGE},
                  {huge, 0},
                  {1, huge},
                  {huge, huge},
                  {Long.MIN_VALUE, 0}
                }) {
              assertThrows(
                  IndexOutOfBoundsException.class, () -> call.on(region, wrong[0], wrong[1]));
            }
            for (long end : new long[] {0, 1, PAGE, size}) {
              call.on(region, end, 0);
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> aNegativeLengthIsOutOfBounds() {
    Map<String, RangeCall> calls = new LinkedHashMap<>(RANGE_CALLS);
    calls.remove("read"); // a segment has no negative length
    calls.remove("write");
    return tests(
        calls,
        call -> {
          try (MappedRegion region = Mapping.anonymous(PAGE).mapConfined()) {
            for (long wrong : new long[] {-1, -PAGE, Long.MIN_VALUE}) {
              assertThrows(IndexOutOfBoundsException.class, () -> call.on(region, PAGE / 2, wrong));
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> noCallWorksOnARegionThatIsClosed() {
    return tests(
        CALLS,
        call -> {
          MappedRegion confined = Mapping.anonymous(PAGE).mapConfined();
          MappedRegion shared = Mapping.anonymous(PAGE).mapShared();
          MappedRegion empty = Mapping.anonymous(0).mapShared();
          confined.close();
          shared.close();
          empty.close();
          assertClosed(call, confined, shared);
          assertThrows(IllegalStateException.class, () -> CALLS.get("sync").accept(empty));
        });
  }

  @TestFactory
  Stream<DynamicTest> noCallWorksOnARegionWhoseArenaIsClosed() {
    return tests(
        CALLS,
        call -> {
          MappedRegion confined;
          MappedRegion shared;
          try (Arena one = Arena.ofConfined();
              Arena other = Arena.ofShared()) {
            confined = Mapping.anonymous(PAGE).map(one);
            shared = Mapping.anonymous(PAGE).map(other);
          }
          assertClosed(call, confined, shared);
        });
  }

  private static void assertClosed(Consumer<MappedRegion> call, MappedRegion... regions) {
    for (MappedRegion region : regions) {
      var e = assertThrows(IllegalStateException.class, () -> call.accept(region));
      assertTrue(e.getMessage().contains("closed"), e::getMessage);
    }
  }

  @TestFactory
  Stream<DynamicTest> noCallWorksOnAConfinedRegionOfAnotherThread() {
    Map<String, Consumer<MappedRegion>> calls = new LinkedHashMap<>(CALLS);
    calls.put("view", r -> r.segment().get(ValueLayout.JAVA_BYTE, 0));
    return tests(
        calls,
        call -> {
          try (Arena arena = Arena.ofConfined();
              MappedRegion own = Mapping.anonymous(PAGE).mapConfined()) {
            MappedRegion borrowed = Mapping.anonymous(PAGE).map(arena);
            MappedRegion wrapper = MappedRegion.of(own.segment());
            for (MappedRegion region : new MappedRegion[] {own, borrowed}) {
              assertThrows(
                  WrongThreadException.class, () -> inAnotherThread(() -> call.accept(region)));
              assertTrue(region.isAlive());
            }
            assertThrows(
                WrongThreadException.class,
                () -> inAnotherThread(() -> CALLS.get("sync").accept(wrapper)));
          }
        });
  }

  @Test
  void aConfinedRegionOfAnotherThreadCannotBeClosedButAsked() {
    try (MappedRegion region = Mapping.anonymous(PAGE).mapConfined()) {
      assertThrows(WrongThreadException.class, () -> inAnotherThread(region::close));
      inAnotherThread(
          () -> {
            assertTrue(region.isAlive());
            assertEquals(PAGE, region.size());
            assertEquals(Protection.READ_WRITE, region.protection());
            assertEquals(PAGE, region.segment().byteSize());
          });
      region.sync();
    }
  }

  private static void inAnotherThread(Runnable action) {
    try {
      CompletableFuture.runAsync(action).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Test
  void aSharedRegionIsForAllThreads() {
    try (MappedRegion region = Mapping.anonymous(PAGE).mapShared()) {
      assertAll(
          CALLS.entrySet().stream()
              .map(entry -> () -> inAnotherThread(() -> entry.getValue().accept(region))));
      inAnotherThread(region::close);
      assertFalse(region.isAlive());
    }
  }

  @Test
  void closeUnmapsAndTheNumbersStay() {
    for (Supplier<MappedRegion> map : ownedRegions(folder)) {
      MappedRegion region = map.get();
      MemorySegment view = region.segment();
      ProcMaps.Area area = ProcMaps.of(view);
      long size = region.size();
      Protection protection = region.protection();

      region.close();
      region.close();

      assertFalse(region.isAlive());
      assertFalse(view.scope().isAlive());
      assertEquals(size, region.size());
      assertEquals(protection, region.protection());
      assertFalse(ProcMaps.all().contains(area));
      assertThrows(IllegalStateException.class, region::segment);
    }
  }

  private static Iterable<Supplier<MappedRegion>> ownedRegions(Path folder) {
    Path file = Samples.file(folder, 3 * PAGE);
    return List.of(
        () -> Mapping.file(file).mapConfined(),
        () -> Mapping.file(file).range(PAGE + 1, 5).copyOnWrite().mapShared(),
        () -> Mapping.anonymous(PAGE + 1).shared().mapShared());
  }

  @Test
  void toStringShowsSizeProtectionKindAndEnd() {
    Path file = Samples.file(folder, 5);
    MappedRegion region = Mapping.file(file).mapConfined();
    assertEquals("MappedRegion[5 bytes, READ, file shared \"" + file + "\"]", region.toString());
    region.close();
    assertTrue(region.toString().endsWith(", closed]"), region::toString);
    try (MappedRegion memory = Mapping.anonymous(PAGE).mapConfined()) {
      String words = "MappedRegion[" + PAGE + " bytes, READ_WRITE, anonymous private]";
      assertEquals(words, memory.toString());
    }
  }

  private static <C> Stream<DynamicTest> tests(Map<String, C> calls, Consumer<C> test) {
    return calls.entrySet().stream()
        .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> test.accept(entry.getValue())));
  }
}
