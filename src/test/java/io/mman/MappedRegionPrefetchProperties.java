package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Prefetching brings all pages of the ranges into memory, no others, and counts those ranges. */
class MappedRegionPrefetchProperties {
  private static final long PAGE = Mman.pageSize();
  private static final int PAGES = 600;
  private static final long HEAD = 100;

  private static Path folder;
  private static NativeFile file;
  private static MappedRegion region;

  @BeforeContainer
  static void create() throws IOException {
    folder = Files.createTempDirectory(Path.of("target"), "prefetch");
    file = NativeFile.open(Samples.sparse(folder, PAGES * PAGE));
    region = Mapping.file(file).from(HEAD).mapShared();
  }

  @AfterContainer
  static void delete() throws IOException {
    region.close();
    file.close();
    Files.delete(file.path());
    Files.delete(folder);
  }

  @Provide
  Arbitrary<Long> offsets() {
    return Arbitraries.longs().between(0, PAGES * PAGE - HEAD);
  }

  @Provide
  Arbitrary<Long> lengths() {
    return Arbitraries.of(0L, 1L, PAGE, PAGE + 1, 10 * PAGE, 300 * PAGE);
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void thePagesOfTheRangesAreReadAndNoOthers(
      @ForAll @Size(max = 8) List<@From("offsets") Long> before,
      @ForAll @Size(max = 20) List<@From("offsets") Long> wanted,
      @ForAll("lengths") long length) {
    region.advise(Advice.DONTNEED);
    file.advise(FileAdvice.DONTNEED, 0, 0);
    BitSet resident = new BitSet();
    check(resident, before.stream().mapToLong(offset -> clip(offset, 1)).toArray(), 1);
    check(resident, wanted.stream().mapToLong(offset -> clip(offset, length)).toArray(), length);
  }

  private static long clip(long offset, long length) {
    return Math.min(offset, region.size() - length);
  }

  /** A page may arrive before a later range is looked at, which then does not count for it. */
  private static void check(BitSet resident, long[] offsets, long length) {
    BitSet missing = new BitSet();
    missing.set(0, PAGES);
    missing.andNot(resident);
    int most = 0;
    int least = 0;
    for (long offset : offsets) {
      BitSet pages = pages(offset, length);
      most += pages.intersects(missing) ? 1 : 0;
      pages.andNot(resident);
      least += pages.isEmpty() ? 0 : 1;
      resident.or(pages);
    }
    int asked = region.prefetch(offsets, length);
    assertTrue(least <= asked && asked <= most, least + " <= " + asked + " <= " + most);
    long end = System.nanoTime() + 60_000_000_000L;
    while (!region.residency().toBitSet().equals(resident) && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertEquals(resident, region.residency().toBitSet());
    assertEquals(0, region.prefetch(offsets, length));
  }

  private static BitSet pages(long offset, long length) {
    BitSet pages = new BitSet();
    if (length > 0) {
      pages.set((int) ((HEAD + offset) / PAGE), (int) ((HEAD + offset + length - 1) / PAGE) + 1);
    }
    return pages;
  }
}
