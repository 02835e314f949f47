package io.mman;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.Samples;
import java.lang.foreign.MemorySegment;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** After any stores, both halves and the file have the bytes of an array that is used as a ring. */
class MappingMirroredProperties {
  private static final int PAGE = (int) Mman.pageSize();

  /** The ways to store bytes. */
  enum Way {
    BYTE,
    SHORT,
    INT,
    LONG,
    SEGMENT,
    WRITE,
    FILE
  }

  /**
   * A store.
   *
   * @param place where it begins, relative to the middle of the region
   * @param bytes how many bytes, if the way does not say it
   */
  record Store(Way way, int place, int bytes, long value) {}

  @Provide
  static Arbitrary<List<Store>> stores() {
    Arbitrary<Integer> places =
        Arbitraries.oneOf(
            Arbitraries.integers().between(-8, 8),
            Arbitraries.integers().between(-8 * PAGE, 8 * PAGE));
    return Combinators.combine(
            Arbitraries.of(Way.class),
            places,
            Arbitraries.integers().between(0, 3 * PAGE),
            Arbitraries.longs())
        .as(Store::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(40);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void bothHalvesAreTheFile(
      @ForAll("stores") List<Store> stores,
      @ForAll("pages") int first,
      @ForAll("pages") int pages) {
    int half = pages * PAGE;
    byte[] model = new byte[half];
    try (NativeFile file = NativeFile.memory("ring", (first + pages + 1L) * PAGE);
        MappedRegion ring =
            Mapping.file(file)
                .range((long) first * PAGE, half)
                .readWrite()
                .mirrored()
                .mapConfined()) {
      for (Store store : stores) {
        store(store, ring, file, (long) first * PAGE, model);
      }
      MemorySegment view = ring.segment();
      assertArrayEquals(model, Samples.bytes(view.asSlice(0, half)));
      assertArrayEquals(model, Samples.bytes(view.asSlice(half)));
      byte[] whole = new byte[(first + pages + 1) * PAGE];
      file.read(0, MemorySegment.ofArray(whole));
      byte[] expected = new byte[whole.length];
      System.arraycopy(model, 0, expected, first * PAGE, half);
      assertArrayEquals(expected, whole);
      for (Store store : stores) {
        assertRead(store, ring, model);
      }
    }
  }

  @Provide
  static Arbitrary<Integer> pages() {
    return Arbitraries.integers().between(1, 5);
  }

  private static void store(
      Store store, MappedRegion ring, NativeFile file, long first, byte[] model) {
    int half = model.length;
    MemorySegment value = MemorySegment.ofArray(new byte[length(store, half)]);
    for (long i = 0; i < value.byteSize(); i++) {
      value.set(JAVA_BYTE, i, (byte) (store.value >>> (i % 8 * 8)));
    }
    long offset = offset(store, half);
    MemorySegment view = ring.segment();
    switch (store.way) {
      case BYTE -> view.set(JAVA_BYTE, offset, value.get(JAVA_BYTE, 0));
      case SHORT -> view.set(JAVA_SHORT_UNALIGNED, offset, value.get(JAVA_SHORT_UNALIGNED, 0));
      case INT -> view.set(JAVA_INT_UNALIGNED, offset, value.get(JAVA_INT_UNALIGNED, 0));
      case LONG -> view.set(JAVA_LONG_UNALIGNED, offset, value.get(JAVA_LONG_UNALIGNED, 0));
      case SEGMENT -> view.asSlice(offset, value.byteSize()).copyFrom(value);
      case WRITE -> assertEquals(value.byteSize(), ring.write(offset, value));
      case FILE -> {
        value = value.asSlice(0, Math.min(value.byteSize(), half - offset % half));
        file.write(first + offset % half, value);
      }
    }
    for (int i = 0; i < value.byteSize(); i++) {
      model[(int) ((offset + i) % half)] = value.get(JAVA_BYTE, i);
    }
  }

  private static void assertRead(Store store, MappedRegion ring, byte[] model) {
    byte[] bytes = new byte[length(store, model.length)];
    long offset = offset(store, model.length);
    assertEquals(bytes.length, ring.read(offset, MemorySegment.ofArray(bytes)));
    for (int i = 0; i < bytes.length; i++) {
      assertEquals(model[(int) ((offset + i) % model.length)], bytes[i]);
    }
  }

  private static int length(Store store, int half) {
    return switch (store.way) {
      case BYTE -> 1;
      case SHORT -> Short.BYTES;
      case INT -> Integer.BYTES;
      case LONG -> Long.BYTES;
      default -> Math.min(store.bytes, half);
    };
  }

  /** Returns an offset in the region at which the bytes have room. */
  private static long offset(Store store, int half) {
    return Math.clamp((long) half + store.place, 0, 2 * half - length(store, half));
  }
}
