package io.mman;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.Samples;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Regions in which every byte of a file appears twice. */
class MappingMirroredTest {
  private static final long PAGE = Mman.pageSize();
  private static final long HALF = 4 * PAGE;

  @TempDir Path folder;

  private static NativeFile memory() {
    return NativeFile.memory("mirrored", HALF);
  }

  private static Mapping mirror(NativeFile file) {
    return Mapping.file(file).readWrite().mirrored();
  }

  @Test
  void everyByteHasATwin() {
    try (NativeFile file = memory();
        MappedRegion ring = mirror(file).mapShared()) {
      MemorySegment view = ring.segment();
      assertEquals(2 * HALF, ring.size());
      assertEquals(2 * HALF, view.byteSize());
      for (long i = 0; i < HALF; i++) {
        view.set(JAVA_BYTE, i % 2 == 0 ? i : i + HALF, Samples.at(i));
      }
      for (long i = 0; i < 2 * HALF; i++) {
        assertEquals(Samples.at(i % HALF), view.get(JAVA_BYTE, i));
      }
    }
  }

  @Test
  void aStoreAcrossTheMiddleContinuesAtTheStart() {
    try (NativeFile file = memory();
        MappedRegion ring = mirror(file).mapConfined()) {
      ring.segment().set(JAVA_LONG_UNALIGNED, HALF - 3, -1);
      byte[] start = new byte[6];
      file.read(0, MemorySegment.ofArray(start));
      assertArrayEquals(new byte[] {-1, -1, -1, -1, -1, 0}, start);
    }
  }
}
