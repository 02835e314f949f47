package io.mman.internal.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A set of pages is what a set of single bytes says, however its pages were added. */
class PageSetProperties {
  private static final int CHUNK = PageChunk.PAGES;

  /** Pages from the first on. */
  record Run(int first, int length) {}

  /** A region with small pages, and what is added. */
  record Case(PageLayout layout, List<Run> runs) {}

  @Provide
  Arbitrary<Case> small() {
    return Combinators.combine(layouts(60), runs(70, 9)).as(Case::new);
  }

  /** Runs around the borders of chunks, some of them longer than a chunk. */
  @Provide
  Arbitrary<Case> acrossChunks() {
    Arbitrary<Run> far =
        Combinators.combine(
                Arbitraries.integers().between(0, 3),
                Arbitraries.integers().between(-70, 70),
                Arbitraries.oneOf(
                    Arbitraries.integers().between(0, 140),
                    Arbitraries.integers().between(CHUNK - 2, CHUNK + 140)))
            .as((chunk, shift, length) -> new Run(chunk * CHUNK + shift, length));
    return Combinators.combine(layouts(3 * CHUNK + 40), far.list().ofMaxSize(12)).as(Case::new);
  }

  /** So many runs, in ascending order and then again, that chunks become bitmaps. */
  @Provide
  Arbitrary<Case> many() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 5),
            Arbitraries.integers().between(2, 40),
            Arbitraries.integers().between(1, 6000),
            runs(CHUNK, 400))
        .as(
            (length, step, times, more) -> {
              List<Run> runs = new ArrayList<>();
              for (int i = 0; i < times; i++) {
                runs.add(new Run(i * step, length));
              }
              runs.addAll(more);
              return new Case(new PageLayout(2, 1, 4L * CHUNK - 2), runs);
            });
  }

  private static Arbitrary<PageLayout> layouts(int pages) {
    return Combinators.combine(
            Arbitraries.of(1, 2, 4, 8),
            Arbitraries.integers().between(0, 7),
            Arbitraries.integers().between(0, pages))
        .as((page, head, size) -> new PageLayout(page, head % page, (long) size * page / 2));
  }

  private static Arbitrary<List<Run>> runs(int pages, int longest) {
    return Combinators.combine(
            Arbitraries.integers().between(-2, pages), Arbitraries.integers().between(0, longest))
        .as(Run::new)
        .list()
        .ofMaxSize(40);
  }

  @Property
  void aSmallSetIsWhatItsBytesAre(@ForAll("small") Case given) {
    check(given);
  }

  @Property(tries = 60)
  void aSetAcrossChunksIsWhatItsBytesAre(@ForAll("acrossChunks") Case given) {
    check(given);
  }

  @Property(tries = 60)
  void aSetOfManyRunsIsWhatItsBytesAre(@ForAll("many") Case given) {
    check(given);
  }

  private static void check(Case given) {
    PageLayout layout = given.layout();
    PageSetBuilder builder = new PageSetBuilder(layout);
    BitSet pages = new BitSet();
    for (Run run : given.runs()) {
      builder.add(run.first(), (long) run.first() + run.length());
      int from = Math.max(run.first(), 0);
      pages.set(from, Math.max(from, run.first() + run.length()));
    }
    BitSet bytes = bytes(layout, pages);
    PageSet set = builder.build();

    List<String> ranges = new ArrayList<>();
    set.forEach((offset, length) -> ranges.add(offset + "+" + length));
    assertEquals(ranges(bytes), ranges);
    assertEquals(ranges.size(), set.count());
    assertEquals(ranges.isEmpty(), set.isEmpty());
    assertEquals(bytes.cardinality(), set.bytes());
    assertEquals(pages.get(0, (int) layout.pages()).cardinality(), set.pages());
    long step = Math.max(1, layout.size() / 1000);
    for (long offset = 0; offset < layout.size(); offset += step) {
      assertEquals(bytes.get((int) offset), set.contains(offset), "byte " + offset);
    }
    assertFalse(set.contains(-1));
    assertFalse(set.contains(layout.size()));
  }

  /** Returns the bytes of the region that are in its pages. */
  private static BitSet bytes(PageLayout layout, BitSet pages) {
    BitSet bytes = new BitSet();
    for (int byteOf = 0; byteOf < layout.size(); byteOf++) {
      bytes.set(byteOf, pages.get((int) ((byteOf + layout.head()) / layout.page())));
    }
    return bytes;
  }

  private static List<String> ranges(BitSet bytes) {
    List<String> ranges = new ArrayList<>();
    for (int from = bytes.nextSetBit(0); from >= 0; ) {
      int end = bytes.nextClearBit(from);
      ranges.add(from + "+" + (end - from));
      from = bytes.nextSetBit(end);
    }
    return ranges;
  }

  /** A set of a region beyond the range of an int begins and ends at the right byte. */
  @Property(tries = 20)
  void offsetsMayBeLarge(@ForAll boolean backwards) {
    long page = 4096;
    PageLayout layout = new PageLayout(page, 100, 1L << 46);
    PageSetBuilder builder = new PageSetBuilder(layout);
    long last = layout.pages() - 1;
    builder.add(backwards ? last : 0, backwards ? last + 9 : 1);
    builder.add(backwards ? 0 : last, backwards ? 1 : last + 9);

    List<String> ranges = new ArrayList<>();
    PageSet set = builder.build();
    set.forEach((offset, length) -> ranges.add(offset + "+" + length));
    assertEquals(List.of("0+3996", ((1L << 46) - 100) + "+100"), ranges);
    assertTrue(set.contains((1L << 46) - 1));
    assertFalse(set.contains((1L << 46) - 101));
  }
}
