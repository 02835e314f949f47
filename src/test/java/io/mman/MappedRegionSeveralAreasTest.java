package io.mman;

import static io.mman.testing.Views.assertMarked;
import static io.mman.testing.Views.assertZero;
import static io.mman.testing.Views.mark;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ProcMaps;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Regions whose parts are different areas for the kernel, because of advice or locks. */
class MappedRegionSeveralAreasTest {
  private static final long PAGE = Mman.pageSize();
  private static final NativeFile FILE = NativeFile.memory("areas", 20 * PAGE);

  @AfterEach
  void emptyTheFile() {
    FILE.resize(0);
    FILE.resize(20 * PAGE);
  }

  @AfterAll
  static void close() {
    FILE.close();
  }

  static List<Mapping> mappings() {
    Mapping file = Mapping.file(FILE).range(PAGE, 5 * PAGE).protection(Protection.READ_WRITE);
    Mapping memory = Mapping.anonymous(5 * PAGE);
    return Stream.of(memory, file, file.copyOnWrite())
        .flatMap(
            m ->
                Stream.of(
                    m,
                    m.guardPages(),
                    m.reserve(12 * PAGE),
                    m.alignment(16 * PAGE),
                    m.hugePages().guardPages()))
        .toList();
  }

  private static boolean isLocked(MemorySegment view, long page) {
    return ProcMaps.figuresOf(view.asSlice(page * PAGE, 1)).vmFlags().contains("lo");
  }

  private static boolean has(String flag, MemorySegment view, long page) {
    return ProcMaps.figuresOf(view.asSlice(page * PAGE, 1)).vmFlags().contains(flag);
  }

  @ParameterizedTest
  @MethodSource("mappings")
  void advisedPartsGrowAndShrinkTogether(Mapping mapping) {
    try (MappedRegion region = mapping.mapConfined()) {
      mark(region.segment());
      region.advise(Advice.DONTFORK, PAGE, PAGE);
      region.advise(Advice.RANDOM, 3 * PAGE, PAGE);
      assertNotEquals(
          ProcMaps.of(region.segment()).start(),
          ProcMaps.of(region.segment().asSlice(2 * PAGE)).start());

      MemorySegment view = region.resize(10 * PAGE);
      assertMarked(view, 0, 5 * PAGE);
      assertZero(view, 5 * PAGE, 10 * PAGE);
      assertTrue(has("dc", view, 1) && !has("dc", view, 2));
      assertTrue(has("rr", view, 3) && !has("rr", view, 4));
      mark(view);
      assertMarked(region.resize(3 * PAGE + 9), 0, 3 * PAGE + 9);
      assertMarked(region.resize(12 * PAGE), 0, 3 * PAGE + 9);
    }
  }

  @ParameterizedTest
  @MethodSource("mappings")
  void pagesThatAreAddedToLockedOnesAreNotLocked(Mapping mapping) {
    try (MappedRegion region = mapping.mapConfined()) {
      mark(region.segment());
      region.lock(0, 2 * PAGE);
      MemorySegment view = region.resize(10 * PAGE);
      assertMarked(view, 0, 5 * PAGE);
      assertTrue(isLocked(view, 1));
      assertTrue(!isLocked(view, 2) && !isLocked(view, 6));

      region.lock();
      view = region.resize(12 * PAGE);
      assertMarked(view, 0, 5 * PAGE);
      assertTrue(isLocked(view, 9) && !isLocked(view, 10));
      region.unlock();
      assertTrue(!isLocked(view, 9));
    }
  }

  @ParameterizedTest
  @MethodSource("mappings")
  void theFlagLockedIsForThePagesOfTheStartOnly(Mapping mapping) {
    try (MappedRegion region = mapping.flags(MapFlag.LOCKED).mapConfined()) {
      assertTrue(isLocked(region.segment(), 4));
      mark(region.segment());
      MemorySegment view = region.resize(10 * PAGE);
      assertMarked(view, 0, 5 * PAGE);
      assertTrue(isLocked(view, 4) && !isLocked(view, 5));
    }
  }

  @ParameterizedTest
  @MethodSource("mappings")
  void partsSplitAndJoin(Mapping mapping) {
    try (MappedRegion region = mapping.mapConfined()) {
      mark(region.segment());
      region.advise(Advice.DONTFORK, PAGE, PAGE);
      region.lock(PAGE, 2 * PAGE);
      MappedRegion rest = region.split(2 * PAGE);
      assertMarked(rest.segment(), 0, 3 * PAGE, 2 * PAGE);
      region.join(rest);
      MemorySegment view = region.resize(8 * PAGE);
      assertMarked(view, 0, 5 * PAGE);
      assertTrue(isLocked(view, 2) && !isLocked(view, 5));
    }
  }

  @ParameterizedTest
  @MethodSource("mappings")
  void pagesThatMoveStayOneArea(Mapping mapping) {
    try (MappedRegion region = mapping.mapConfined()) {
      for (long size = 5; size <= 11; size += 2) {
        MemorySegment view = region.resize(size * PAGE);
        mark(view);
        ProcMaps.Area area = ProcMaps.of(view);
        assertTrue(area.end() >= view.address() + size * PAGE, () -> "several areas: " + area);
      }
    }
  }

  @Test
  void protectChangesAllAreas() {
    try (MappedRegion region = Mapping.anonymous(5 * PAGE).mapConfined()) {
      mark(region.segment());
      region.advise(Advice.DONTFORK, PAGE, PAGE);
      region.protect(Protection.READ);
      for (long page = 0; page < 5; page++) {
        assertEquals("r--p", ProcMaps.of(region.segment().asSlice(page * PAGE)).perms());
      }
      region.resize(3 * PAGE + 1);
      MemorySegment view = region.resize(5 * PAGE);
      assertMarked(view, 0, 3 * PAGE + 1);
      assertZero(view, 3 * PAGE + 1, 5 * PAGE);
      assertEquals("r--p", ProcMaps.of(view.asSlice(3 * PAGE)).perms());
    }
  }
}
