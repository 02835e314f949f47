package io.mman;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.Pages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Advice for many ranges does what it does for one range after the other, and fails alike. */
class MmanAdviseManyProperties {
  private static final long PAGE = Mman.pageSize();
  private static final int PAGES = 20;

  private static NativeFile file;

  /** A range in bytes from the start of the memory. */
  record Range(long start, long length) {}

  @BeforeContainer
  static void create() {
    file = NativeFile.memory("advised", 4 * PAGE);
  }

  @AfterContainer
  static void close() {
    file.close();
  }

  @Provide
  Arbitrary<Advice> advice() {
    return Arbitraries.of(
            Advice.DONTNEED,
            Advice.FREE,
            Advice.REMOVE,
            Advice.WILLNEED,
            Advice.COLD,
            Advice.POPULATE_READ,
            Advice.POPULATE_WRITE,
            Advice.DONTNEED_LOCKED,
            Advice.GUARD_INSTALL,
            Advice.ZERO_WIRED_PAGES)
        .filter(Advice::isSupported);
  }

  @Provide
  Arbitrary<List<Range>> ranges() {
    Arbitrary<Long> start =
        Combinators.combine(
                Arbitraries.longs().between(0, PAGES - 1),
                Arbitraries.frequency(Tuple.of(12, 0L), Tuple.of(1, 1L)))
            .as((page, offset) -> page * PAGE + offset);
    Arbitrary<Long> length =
        Arbitraries.of(0L, 1L, PAGE - 1, PAGE, PAGE, PAGE, PAGE + 1, 2 * PAGE, 5 * PAGE);
    return Combinators.combine(start, length)
        .as((from, bytes) -> new Range(from, Math.min(bytes, PAGES * PAGE - from)))
        .list()
        .ofMaxSize(12);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void aBatchIsLikeOneCallAfterTheOther(
      @ForAll("advice") Advice advice, @ForAll("ranges") List<Range> ranges) {
    assertEquals(outcome(advice, ranges, false), outcome(advice, ranges, true));
  }

  /** Returns what has become of new memory, and the error. */
  private static String outcome(Advice advice, List<Range> ranges, boolean together) {
    try (Pages pages = Pages.anonymous(PAGES)) {
      prepare(pages);
      MemorySegment[] segments =
          ranges.stream()
              .map(range -> pages.segment().asSlice(range.start, range.length))
              .toArray(MemorySegment[]::new);
      String error = "no error";
      try {
        if (together) {
          Mman.madvise(segments, advice);
        } else {
          for (MemorySegment segment : segments) {
            Mman.madvise(segment, advice);
          }
        }
      } catch (MmanException e) {
        error = relative(e.getMessage(), pages.segment().address());
      }
      return contents(pages) + " " + error;
    }
  }

  /** Returns a message with the address counted from the start of the memory. */
  private static String relative(String message, long start) {
    int at = message.indexOf("0x");
    if (at < 0) {
      return message;
    }
    int end = message.indexOf(',', at);
    long offset = Long.decode(message.substring(at, end)) - start;
    return message.substring(0, at) + "start+" + offset + message.substring(end);
  }

  /** Memory of every kind: private, locked, of a file, shared, read-only, without any access. */
  private static void prepare(Pages pages) {
    pages.segment().fill((byte) 1);
    Mman.mlock(pages.pages(4, 1));
    map(pages.pages(6, 4), MapFlag.PRIVATE);
    map(pages.pages(10, 4), MapFlag.SHARED);
    Mman.mprotect(pages.pages(15, 1), Protection.READ);
    Mman.mprotect(pages.pages(16, 1), Protection.NONE);
  }

  private static void map(MemorySegment place, MapFlag sharing) {
    Set<MapFlag> flags = Set.of(sharing, MapFlag.FIXED);
    Mman.mmap(place, place.byteSize(), Protection.READ_WRITE, flags, file.fd(), 0);
    place.fill((byte) 2);
  }

  /** Returns a digit for each page: its first byte, and whether it is resident. */
  private static String contents(Pages pages) {
    StringBuilder text = new StringBuilder();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocate(1);
      String residency = Pages.residency(pages.segment());
      for (int i = 0; i < PAGES; i++) {
        boolean isResident = residency.charAt(i) == '1';
        boolean isReadable = Pages.copyFrom(pages.pages(i, 1).asSlice(0, 1), one);
        text.append(isReadable ? one.get(JAVA_BYTE, 0) : "-");
        text.append(isResident ? "r" : " ");
      }
    }
    return text.toString();
  }
}
