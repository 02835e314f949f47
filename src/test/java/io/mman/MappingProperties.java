package io.mman;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mman.internal.region.PageRangeProperties;
import io.mman.testing.Arenas;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Every request maps exactly the requested bytes of the file, and writes change exactly these. */
class MappingProperties {
  private static final int SIZE = 20 * 4096 + 77;

  private static Path file;

  /** The contents of the file. */
  private static byte[] model;

  @BeforeContainer
  static void create() throws IOException {
    file = Samples.file(Path.of(System.getProperty("java.io.tmpdir")), SIZE);
    model = Samples.bytes(0, SIZE);
  }

  @AfterContainer
  static void delete() throws IOException {
    Files.delete(file);
  }

  /** How long a region lives. */
  enum Life {
    CONFINED,
    SHARED,
    CONFINED_ARENA,
    SHARED_ARENA,
    OWN_ARENA,
    AUTOMATIC_ARENA,
    GLOBAL_ARENA;

    /** Maps, uses the region and closes it if possible. */
    void use(Mapping request, Consumer<MappedRegion> action) {
      switch (this) {
        case CONFINED -> useAndClose(request.mapConfined(), action);
        case SHARED -> useAndClose(request.mapShared(), action);
        case AUTOMATIC_ARENA -> action.accept(request.map(Arena.ofAuto()));
        case GLOBAL_ARENA -> action.accept(request.map(Arena.global()));
        default -> {
          try (Arena arena = arena()) {
            action.accept(request.map(arena));
          }
        }
      }
    }

    private static void useAndClose(MappedRegion region, Consumer<MappedRegion> action) {
      try (region) {
        action.accept(region);
      }
    }

    private Arena arena() {
      return switch (this) {
        case CONFINED_ARENA -> Arena.ofConfined();
        case SHARED_ARENA -> Arena.ofShared();
        default -> Arenas.around(Arena.ofShared());
      };
    }
  }

  @Provide
  Arbitrary<Long> points() {
    return PageRangeProperties.point(Mman.pageSize(), SIZE);
  }

  @Property(tries = 250, edgeCases = EdgeCasesMode.NONE) // the points are edges often enough
  void exactlyTheBytesOfTheFileAreMapped(
      @ForAll("points") long from,
      @ForAll("points") long to,
      @ForAll Protection protection,
      @ForAll boolean shared,
      @ForAll Life life,
      @ForAll byte value)
      throws IOException {
    int offset = (int) Math.min(from, to);
    int end = (int) Math.max(from, to);
    Mapping request = Mapping.file(file).protection(protection).range(offset, end - offset);

    life.use(
        shared ? request : request.copyOnWrite(),
        region -> {
          assertEquals(end - offset, region.size());
          byte[] mapped = Arrays.copyOfRange(model, offset, end);
          assertHolds(region, protection, mapped);
          if (mapped.length > 0) {
            int position = Math.floorMod(value * 7919, mapped.length);
            write(region, protection, position, value);
            if (protection.canWrite()) {
              mapped[position] = value;
              model[offset + position] = shared ? value : model[offset + position];
            }
            assertHolds(region, protection, mapped);
          }
        });
    assertArrayEquals(model, Files.readAllBytes(file));
  }

  private static void assertHolds(MappedRegion region, Protection protection, byte[] expected) {
    MemorySegment copy = MemorySegment.ofArray(new byte[expected.length]);
    if (protection.canRead()) {
      assertArrayEquals(expected, Samples.bytes(region.segment()));
      assertEquals(expected.length, region.read(0, copy));
      assertArrayEquals(expected, Samples.bytes(copy));
    } else {
      assertThrows(IllegalStateException.class, region::segment);
      if (expected.length > 0) {
        assertThrows(MmanException.class, () -> region.read(0, copy));
      }
    }
  }

  private static void write(MappedRegion region, Protection protection, int position, byte value) {
    MemorySegment source = MemorySegment.ofArray(new byte[] {value});
    if (!protection.canWrite()) {
      assertThrows(MmanException.class, () -> region.write(position, source));
    } else if (protection.canRead() && position % 2 == 0) {
      region.segment().asSlice(position, 1).copyFrom(source);
    } else {
      assertEquals(1, region.write(position, source));
    }
  }
}
