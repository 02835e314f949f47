package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Allocations;
import io.mman.testing.ChildJvm;
import io.mman.testing.Samples;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages in memory: of anonymous memory, exactly those that were touched. */
class ResidencyTest {
  /** Pages that one array of bits describes. */
  private static final int CHUNK_PAGES = 1 << 15;

  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  /** Memory in which exactly the pages with these numbers are resident. */
  private static MappedRegion withPages(long pages, long... touched) {
    Mapping request = Mapping.anonymous(pages * PAGE).flags(MapFlag.NORESERVE);
    MappedRegion region = request.advise(Advice.NOHUGEPAGE).mapShared();
    for (long page : touched) {
      region.segment().set(ValueLayout.JAVA_BYTE, page * PAGE + page % PAGE, (byte) 1);
    }
    return region;
  }

  @Test
  void countsAndBitsAreThoseOfTheTouchedPages() {
    long[] touched = {0, 3, 4, 511, 512, 513, 32767, 32768, 65535, 70000};
    BitSet expected = new BitSet();
    for (long page : touched) {
      expected.set((int) page);
    }
    try (MappedRegion region = withPages(70001, touched)) {
      Residency residency = region.residency();
      assertEquals(70001, residency.pages());
      assertEquals(touched.length, residency.residentPages());
      assertEquals(touched.length * PAGE, residency.residentBytes());
      assertEquals(expected, residency.toBitSet());
      assertEquals(touched.length, region.residentPages(0, region.size()));
      for (long page = 0; page < 70001; page += page < 600 ? 1 : 1167) {
        assertEquals(expected.get((int) page), residency.isResident(page * PAGE));
        assertEquals(expected.get((int) page), residency.isResident(page * PAGE + PAGE - 1));
        assertEquals(expected.get((int) page), region.isResident(page * PAGE + 9, 1));
      }
      assertEquals("Residency[10 of 70001 pages resident]", residency.toString());
    }
  }

  @Test
  void onlyTheBytesAskedForCount() {
    try (MappedRegion region = withPages(6, 1, 2, 4)) {
      Residency residency = region.residency(PAGE + 10, 3 * PAGE); // into page 4
      assertEquals(4, residency.pages());
      assertEquals(3, residency.residentPages());
      assertEquals(PAGE - 10 + PAGE + 10, residency.residentBytes());
      assertEquals("{0, 1, 3}", residency.toBitSet().toString());
      assertTrue(residency.isResident(PAGE + 10));
      assertFalse(residency.isResident(3 * PAGE));
      assertTrue(residency.isResident(4 * PAGE + 9));

      Residency inside = region.residency(PAGE + 10, 5);
      assertEquals(1, inside.pages());
      assertEquals(5, inside.residentBytes());
      assertEquals(0, region.residency(3 * PAGE + 10, 5).residentBytes());
      assertEquals(PAGE - 1, region.residency(2 * PAGE + 1, 2 * PAGE - 1).residentBytes());
    }
  }

  @Test
  void anOffsetOutsideTheRangeAskedForIsRefused() {
    try (MappedRegion region = withPages(4)) {
      Residency residency = region.residency(PAGE + 10, PAGE);
      for (long wrong :
          new long[] {-1, 0, PAGE + 9, 2 * PAGE + 10, Long.MIN_VALUE, Long.MAX_VALUE}) {
        assertThrows(IndexOutOfBoundsException.class, () -> residency.isResident(wrong));
      }
      assertFalse(residency.isResident(PAGE + 10));
      assertFalse(residency.isResident(2 * PAGE + 9));
      assertThrows(
          IndexOutOfBoundsException.class, () -> region.residency(PAGE, 0).isResident(PAGE));
    }
  }

  @Test
  void theRangeIsInPagesOfTheMappingAndNotOfTheRegion() {
    Path file = Samples.file(folder, 4 * PAGE);
    Mapping request = Mapping.file(file).copyOnWrite().protection(Protection.READ_WRITE);
    try (MappedRegion region = request.range(PAGE - 1, 2 * PAGE + 2).populate().mapConfined()) {
      Residency residency = region.residency();
      assertEquals(4, residency.pages());
      assertEquals(4, residency.residentPages());
      assertEquals(2 * PAGE + 2, residency.residentBytes());
      assertEquals(4, region.residentPages(0, region.size()));
      assertEquals(2, region.residency(0, 2).pages());
      assertEquals(1, region.residency(1, PAGE).pages());
    }
  }

  @Test
  void anEmptyRangeIsResidentAndHasNoPages() {
    try (MappedRegion region = withPages(2)) {
      assertTrue(region.isResident(PAGE, 0));
      assertEquals(0, region.residentPages(2 * PAGE, 0));
      assertEquals(0, region.residency(5, 0).pages());
      assertEquals(new BitSet(), region.residency(5, 0).toBitSet());
    }
  }

  @Test
  void isResidentRequiresEveryPage() {
    try (MappedRegion region = withPages(2000)) {
      region.segment().fill((byte) 1);
      assertTrue(region.isResident(0, region.size()));
      region.advise(Advice.DONTNEED, 1500 * PAGE, PAGE);
      assertFalse(region.isResident(0, region.size()));
      assertTrue(region.isResident(0, 1500 * PAGE));
      assertFalse(region.isResident(0, 1500 * PAGE + 1));
      assertTrue(region.isResident(1501 * PAGE, 499 * PAGE));
      assertEquals(1999, region.residentPages(0, region.size()));
    }
  }

  @Test
  void aFileIsResidentIfItIsInThePageCache() {
    Path path = Samples.file(folder, 64 * PAGE);
    try (NativeFile file = NativeFile.open(path);
        MappedRegion region = Mapping.file(file).mapConfined()) {
      file.sync();
      file.advise(FileAdvice.DONTNEED, 0, 0);
      assertEquals(0, region.residentPages(0, region.size()));
      Samples.read(path, 0, (int) (64 * PAGE));
      assertTrue(region.isResident(0, region.size()));
      assertEquals(64 * PAGE, region.residency().residentBytes());
    }
  }

  @Test
  void moreThanFourGibibytesAreCounted() {
    long pages = (5L << 30) / PAGE;
    try (MappedRegion region = withPages(pages, 7, pages - 1)) {
      Residency residency = region.residency();
      assertEquals(pages, residency.pages());
      assertEquals(2, residency.residentPages());
      assertEquals(pages - 1, residency.toBitSet().length() - 1);
      assertTrue(residency.isResident(region.size() - 1));
      assertEquals(2, region.residentPages(0, region.size()));
      assertFalse(region.isResident(0, region.size()));
    }
  }

  /** Runs in another JVM, whose compiler has seen no other use of the same code. */
  @Test
  void countingAllocatesNothingOnceCompiled() {
    assertEquals("0", ChildJvm.of(Counting.class).run("shared").success().strip());
    assertEquals("0", ChildJvm.of(Counting.class).run("confined").success().strip());
    assertEquals("0", ChildJvm.of(Counting.class).run("wrapper").success().strip());
  }

  /** Prints what counting allocates in one kind of region. */
  static final class Counting {
    private Counting() {}

    public static void main(String... kind) {
      try (MappedRegion shared = withPages(600);
          MappedRegion confined = Mapping.anonymous(10 * PAGE).mapConfined()) {
        MappedRegion wrapper = MappedRegion.of(shared.segment().asSlice(5, 100 * PAGE));
        MappedRegion region =
            kind[0].equals("shared") ? shared : kind[0].equals("wrapper") ? wrapper : confined;
        System.out.println(leastAllocated(region));
      }
    }
  }

  /** Returns the bytes that a batch of calls allocates, in the best of many batches. */
  private static long leastAllocated(MappedRegion region) {
    long least = Long.MAX_VALUE;
    long sum = 0;
    for (int batch = 0; batch < 20_000 && least > 0; batch++) {
      long before = Allocations.bytes();
      for (int i = 0; i < 200; i++) {
        sum += region.residentPages(i, 7 * PAGE) + (region.isResident(i, 7 * PAGE) ? 1 : 0);
      }
      least = Math.min(least, Allocations.bytes() - before);
    }
    return sum >= 0 ? least : sum;
  }

  @Test
  void aReadCopyOfTheBitsIsTheCallersOwn() {
    try (MappedRegion region = withPages(2, 0)) {
      Residency residency = region.residency();
      residency.toBitSet().set(1);
      assertFalse(residency.isResident(PAGE));
      region.segment().fill((byte) 1);
      assertFalse(residency.isResident(PAGE)); // a picture of the past
      assertEquals(0, region.read(0, MemorySegment.NULL));
    }
  }

  /** Ranges without resident pages take no memory, so that a sparse range can be huge. */
  @Test
  void aHoleTakesAlmostNoMemory() {
    try (MappedRegion region = withPages(20 * CHUNK_PAGES)) {
      assertEquals(0, region.residency().residentPages()); // all is loaded now
      long before = Allocations.bytes();
      Residency residency = region.residency();
      long bytes = Allocations.bytes() - before;
      assertTrue(bytes < CHUNK_PAGES / Byte.SIZE, () -> bytes + " bytes"); // of one chunk
      assertEquals(new BitSet(), residency.toBitSet());
    }
  }
}
