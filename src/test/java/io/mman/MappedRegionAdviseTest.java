package io.mman;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ProcMaps;
import io.mman.testing.Samples;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hints reach every page of a range; discarding never changes a byte outside. */
class MappedRegionAdviseTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  @Test
  void hintsRoundOutward() {
    try (MappedRegion region = Mapping.anonymous(8 * PAGE).guardPages().mapConfined()) {
      region.advise(Advice.DONTDUMP, 2 * PAGE - 1, 2); // touches two pages
      ProcMaps.Area advised = ProcMaps.figuresOf(region.segment().asSlice(PAGE));
      assertEquals(region.segment().address() + PAGE, advised.start());
      assertEquals(2 * PAGE, advised.size());
      assertTrue(advised.vmFlags().contains("dd"));
      region.advise(Advice.DODUMP);
      assertEquals(8 * PAGE, ProcMaps.figuresOf(region.segment()).size());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Advice.class,
      names = {"DONTNEED", "DONTNEED_LOCKED"})
  void discardingRoundsInward(Advice advice) {
    try (MappedRegion region = Mapping.anonymous(6 * PAGE).mapConfined()) {
      region.segment().fill((byte) 1);
      region.advise(advice, PAGE - 1, 2 * PAGE); // one whole page, and parts of two
      assertPages(region, 1, 0, 1, 1, 1, 1);
      region.advise(advice, 2 * PAGE + 1, PAGE - 1);
      region.advise(advice, 2 * PAGE, PAGE - 1);
      assertPages(region, 1, 0, 1, 1, 1, 1);
      region.advise(advice, 2 * PAGE, PAGE);
      assertPages(region, 1, 0, 0, 1, 1, 1);
      region.advise(advice, 4 * PAGE + 1, 2 * PAGE - 1);
      assertPages(region, 1, 0, 0, 1, 1, 0);
    }
  }

  private static void assertPages(MappedRegion region, int... values) {
    for (int page = 0; page < values.length; page++) {
      MemorySegment bytes = region.segment().asSlice(page * PAGE, PAGE);
      for (long i = 0; i < PAGE; i++) {
        assertEquals(values[page], bytes.get(ValueLayout.JAVA_BYTE, i), "byte of page " + page);
      }
    }
  }

  @Test
  void theLastPageOfARegionCountsAsWhole() {
    try (MappedRegion region = Mapping.anonymous(PAGE + 5).mapConfined()) {
      region.segment().fill((byte) 1);
      region.advise(Advice.DONTNEED, 0, PAGE + 4);
      assertEquals(1, region.segment().get(ValueLayout.JAVA_BYTE, PAGE));
      region.advise(Advice.DONTNEED, 1, PAGE + 4);
      assertEquals(0, region.segment().get(ValueLayout.JAVA_BYTE, PAGE + 4));
      assertEquals(0, region.segment().get(ValueLayout.JAVA_BYTE, PAGE));
    }
  }

  @Test
  void discardingACopyOnWriteBringsTheFileBack() {
    Path file = Samples.file(folder, 4 * PAGE);
    Mapping request = Mapping.file(file).copyOnWrite().protection(Protection.READ_WRITE);
    try (MappedRegion region = request.range(PAGE - 7, 2 * PAGE).mapConfined()) {
      region.segment().fill((byte) 99);
      region.advise(Advice.DONTNEED);
      // Its first page has bytes before the region, which may belong to another user.
      assertEquals(99, region.segment().get(ValueLayout.JAVA_BYTE, 6));
      assertArrayEquals(
          Samples.bytes(PAGE, 2 * PAGE - 7), Samples.bytes(region.segment().asSlice(7)));
    }
  }

  @Test
  void removePunchesAHoleOfWholePagesOnly() {
    Path file = Samples.file(folder, 4 * PAGE);
    Mapping request = Mapping.file(file).protection(Protection.READ_WRITE);
    try (MappedRegion region = request.range(PAGE - 1, 2 * PAGE + 2).mapConfined()) {
      region.advise(Advice.REMOVE); // the last page has bytes outside too
      assertArrayEquals(Samples.bytes(0, PAGE), Samples.read(file, 0, (int) PAGE));
      assertArrayEquals(new byte[(int) (2 * PAGE)], Samples.read(file, PAGE, (int) (2 * PAGE)));
      assertArrayEquals(Samples.bytes(3 * PAGE, PAGE), Samples.read(file, 3 * PAGE, (int) PAGE));
      assertEquals(0, region.segment().get(ValueLayout.JAVA_BYTE, 1));
    }
  }

  @Test
  void removeOfTheOddLastPageOfAFileKeepsIt() {
    Path file = Samples.file(folder, PAGE + 5);
    try (MappedRegion region = Mapping.file(file).protection(Protection.READ_WRITE).mapConfined()) {
      region.advise(Advice.REMOVE);
      assertArrayEquals(new byte[(int) PAGE], Samples.read(file, 0, (int) PAGE));
      assertArrayEquals(Samples.bytes(PAGE, 5), Samples.read(file, PAGE, 5));
    }
  }

  @Test
  void discardingASharedFileLosesNothing() {
    Path file = Samples.file(folder, 4 * PAGE);
    try (MappedRegion region = Mapping.file(file).protection(Protection.READ_WRITE).mapConfined()) {
      region.segment().fill((byte) 3);
      region.advise(Advice.DONTNEED);
      assertEquals(3, region.segment().get(ValueLayout.JAVA_BYTE, PAGE));
      assertEquals(3, Samples.read(file, PAGE, 1)[0]);
    }
  }

  @Test
  void guardsAndUnknownAdviceAreRefusedWhateverTheRange() {
    try (MappedRegion region = Mapping.anonymous(PAGE).mapConfined()) {
      for (long length : new long[] {0, 1, PAGE}) {
        assertThrows(
            IllegalArgumentException.class, () -> region.advise(Advice.GUARD_INSTALL, 0, length));
        var e =
            assertThrows(
                UnsupportedOperationException.class, () -> region.advise(Advice.ZERO, 0, length));
        assertTrue(e.getMessage().contains("MADV_ZERO"), e::getMessage);
      }
      region.segment().fill((byte) 1);
      region.advise(Advice.GUARD_REMOVE);
      assertEquals(1, region.segment().get(ValueLayout.JAVA_BYTE, 0));
    }
  }

  @Test
  void adviceThatDoesNotApplyIsEinval() {
    try (MappedRegion region = Mapping.file(Samples.file(folder, PAGE)).mapConfined()) {
      for (Advice advice : new Advice[] {Advice.FREE, Advice.WIPEONFORK}) {
        var e = assertThrows(MmanException.class, () -> region.advise(advice));
        assertEquals(Errno.EINVAL, e.error());
        assertTrue(e.getMessage().contains(advice.name()), e::getMessage);
      }
      region.advise(Advice.FREE, 1, PAGE - 2); // no whole page: nothing is asked
    }
    try (MappedRegion memory = Mapping.anonymous(PAGE).mapConfined()) {
      assertEquals(
          Errno.EINVAL,
          assertThrows(MmanException.class, () -> memory.advise(Advice.REMOVE)).error());
    }
  }

  @Test
  void freshMemoryAcceptsEveryAdviceOfThisKernel() {
    for (Advice advice : Advice.values()) {
      try (MappedRegion region = Mapping.anonymous(4 * PAGE).mapConfined()) {
        switch (advice) {
          case GUARD_INSTALL, REMOVE, COLLAPSE -> {} // refused; for files; may always be refused
          default -> {
            if (advice.isSupported()) {
              region.advise(advice);
            }
          }
        }
        assertEquals(0, region.segment().get(ValueLayout.JAVA_BYTE, PAGE));
      }
    }
  }
}
