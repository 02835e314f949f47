package io.mman;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mman.internal.region.PageRangeProperties;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Every range inside the region works, none outside does, and no byte outside changes. */
class MappedRegionProperties {
  private static final int PAGE = (int) Mman.pageSize();
  private static final int HEAD = 100;
  private static final int SIZE = 6 * 4096 + 1234;
  private static final byte WRITTEN = -1; // no byte of a sample

  private static Path file;

  @BeforeContainer
  static void create() {
    file = Samples.file(Path.of(System.getProperty("java.io.tmpdir")), HEAD + SIZE);
  }

  @AfterContainer
  static void delete() throws IOException {
    Files.delete(file);
  }

  @Provide
  Arbitrary<Long> points() {
    return PageRangeProperties.point(PAGE, SIZE);
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void discardingRestoresWholePagesInsideARangeAndNothingElse(
      @ForAll("points") long a,
      @ForAll("points") long b,
      @ForAll boolean anonymous,
      @ForAll boolean locked) {
    int offset = (int) Math.min(a, b);
    int end = (int) Math.max(a, b);
    Mapping request =
        anonymous
            ? Mapping.anonymous(SIZE)
            : Mapping.file(file).from(HEAD).copyOnWrite().protection(Protection.READ_WRITE);
    int head = anonymous ? 0 : HEAD;
    try (MappedRegion region = request.mapConfined()) {
      region.segment().fill(WRITTEN);
      region.advise(locked ? Advice.DONTNEED_LOCKED : Advice.DONTNEED, offset, end - offset);
      byte[] expected = new byte[SIZE];
      for (int i = 0; i < SIZE; i++) {
        int page = (head + i) / PAGE * PAGE - head; // where its page begins in the region
        boolean discarded =
            end > offset && offset <= page && (page + PAGE <= end || (end == SIZE && i < end));
        byte original = anonymous ? 0 : Samples.at(HEAD + i);
        expected[i] = discarded ? original : WRITTEN;
      }
      assertArrayEquals(expected, Samples.bytes(region.segment()));
    }
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void discardingChangesNoByteOutsideTheSegmentOrAtItsEdges(
      @ForAll("points") long a, @ForAll("points") long b, @ForAll("points") long from) {
    int start = (int) Math.min(a, b);
    int end = (int) Math.max(a, b);
    int offset = (int) Math.min(from, end - start);
    try (MappedRegion region = Mapping.anonymous(SIZE).mapConfined()) {
      MemorySegment view = region.segment().fill(WRITTEN);
      MappedRegion wrapper = MappedRegion.of(view.asSlice(start, end - start));
      wrapper.advise(Advice.DONTNEED, offset, end - start - offset);
      for (int page = 0; page < SIZE; page += PAGE) {
        boolean discarded = start + offset <= page && page + PAGE <= end;
        int length = Math.min(PAGE, SIZE - page);
        byte[] expected = new byte[length];
        Arrays.fill(expected, discarded ? 0 : WRITTEN);
        assertArrayEquals(expected, Samples.bytes(view.asSlice(page, length)));
      }
    }
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void everyRangeInTheRegionIsAccepted(@ForAll("points") long a, @ForAll("points") long b) {
    int offset = (int) Math.min(a, b);
    int length = (int) Math.max(a, b) - offset;
    Mapping request = Mapping.file(file).from(HEAD).protection(Protection.READ_WRITE);
    for (Mapping kind : List.of(request, request.copyOnWrite(), Mapping.anonymous(SIZE).shared())) {
      try (MappedRegion region = kind.mapConfined()) {
        region.sync(offset, length);
        region.sync(offset, length, SyncFlag.ASYNC);
        region.populate(offset, length);
        region.lock(offset, length);
        region.unlock(offset, length);
        region.lock(offset, length, LockFlag.ONFAULT);
        region.unlock(offset, length);
        region.advise(Advice.WILLNEED, offset, length);
        region.advise(Advice.DONTNEED, offset, length);
        assertEquals(length, region.read(offset, MemorySegment.ofArray(new byte[length])));
      }
    }
    MappedRegion region;
    try (MappedRegion owner = request.mapShared()) {
      region = MappedRegion.of(owner.segment().asSlice(offset, length));
      region.sync(length / 2, length - length / 2);
      region.populate();
      region.lock(length, 0);
      region.unlock();
    }
  }

  @Property(tries = 300)
  void noRangeOutsideIsAccepted(@ForAll long offset, @ForAll long length) {
    boolean inside = offset >= 0 && length >= 0 && offset <= SIZE && length <= SIZE - offset;
    try (MappedRegion region = Mapping.anonymous(SIZE).mapConfined()) {
      for (MappedRegion each : List.of(region, MappedRegion.of(region.segment()))) {
        assertTaken(inside, () -> each.sync(offset, length));
        assertTaken(inside, () -> each.populate(offset, length));
        assertTaken(inside, () -> each.lock(offset, length));
        assertTaken(inside, () -> each.unlock(offset, length));
        assertTaken(inside, () -> each.advise(Advice.DONTNEED, offset, length));
        assertTaken(inside, () -> each.advise(Advice.NORMAL, offset, length));
        assertTaken(inside, () -> each.residency(offset, length));
        assertTaken(inside, () -> each.isResident(offset, length));
        assertTaken(inside, () -> each.residentPages(offset, length));
        MemorySegment one = MemorySegment.ofArray(new byte[1]);
        assertTaken(offset >= 0 && offset < SIZE, () -> each.read(offset, one));
        assertTaken(offset >= 0 && offset < SIZE, () -> each.write(offset, one));
      }
    }
  }

  private static void assertTaken(boolean taken, Runnable call) {
    if (taken) {
      call.run();
    } else {
      assertThrows(IndexOutOfBoundsException.class, call::run);
    }
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void residencyIsThatOfTheTouchedPages(
      @ForAll @Size(max = 6) Set<@IntRange(max = 6) Integer> touched,
      @ForAll("points") long a,
      @ForAll("points") long b) {
    int offset = (int) Math.min(a, b);
    int end = (int) Math.max(a, b);
    Mapping request = Mapping.anonymous(SIZE).advise(Advice.NOHUGEPAGE);
    try (MappedRegion region = request.mapConfined()) {
      touched.removeIf(page -> page * PAGE >= SIZE);
      touched.forEach(page -> region.segment().set(ValueLayout.JAVA_BYTE, page * PAGE, (byte) 1));
      BitSet bits = new BitSet();
      long bytes = 0;
      for (int i = offset; i < end; i++) {
        bytes += touched.contains(i / PAGE) ? 1 : 0;
        bits.set(i / PAGE - offset / PAGE, touched.contains(i / PAGE));
      }
      int pages = end == offset ? 0 : (end - 1) / PAGE - offset / PAGE + 1;

      Residency residency = region.residency(offset, end - offset);
      assertEquals(pages, residency.pages());
      assertEquals(bits, residency.toBitSet());
      assertEquals(bits.cardinality(), residency.residentPages());
      assertEquals(bytes, residency.residentBytes());
      assertEquals(bits.cardinality(), region.residentPages(offset, end - offset));
      assertEquals(bits.cardinality() == pages, region.isResident(offset, end - offset));
      for (int i = offset; i < end; i += 997) {
        assertEquals(touched.contains(i / PAGE), residency.isResident(i));
      }
    }
  }
}
