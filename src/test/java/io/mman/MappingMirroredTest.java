package io.mman;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Regions in which every byte of a file appears twice, and how they are placed. */
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

  /** Writes a byte of every page of either half, and finds it in the other half and in the file. */
  private static void assertMirrored(MappedRegion ring, NativeFile file, long offset) {
    MemorySegment view = ring.segment();
    long half = ring.size() / 2;
    assertEquals(2 * half, view.byteSize());
    byte[] one = new byte[1];
    for (long i = 7; i < ring.size(); i += PAGE) {
      byte value = Samples.at(i);
      view.set(JAVA_BYTE, i, value);
      assertEquals(value, view.get(JAVA_BYTE, (i + half) % ring.size()));
      assertEquals(1, file.read(offset + i % half, MemorySegment.ofArray(one)));
      assertEquals(value, one[0]);
    }
    view.set(JAVA_LONG_UNALIGNED, half - 3, 0x0807060504030201L);
    assertEquals(0x0807_0605_0403_0201L, view.get(JAVA_LONG_UNALIGNED, half - 3));
    assertEquals(4, view.get(JAVA_BYTE, 0));
    assertEquals(3, view.get(JAVA_BYTE, ring.size() - 1));
  }

  @Test
  void everyByteHasATwin() {
    try (NativeFile file = memory();
        MappedRegion ring = mirror(file).mapShared()) {
      MemorySegment view = ring.segment();
      assertEquals(2 * HALF, ring.size());
      for (long i = 0; i < HALF; i++) {
        view.set(JAVA_BYTE, i % 2 == 0 ? i : i + HALF, Samples.at(i));
      }
      for (long i = 0; i < 2 * HALF; i++) {
        assertEquals(Samples.at(i % HALF), view.get(JAVA_BYTE, i));
      }
    }
  }

  @Test
  void everyLifetime() {
    try (NativeFile file = memory();
        Arena confined = Arena.ofConfined();
        RegionGroup group = RegionGroup.open();
        MappedRegion own = mirror(file).mapConfined();
        MappedRegion shared = mirror(file).mapShared()) {
      Mapping request = mirror(file);
      for (MappedRegion ring :
          List.of(
              own,
              shared,
              request.map(confined),
              request.map(group),
              request.map(Arena.ofAuto()))) {
        assertEquals(2 * HALF, ring.size());
        assertMirrored(ring, file, 0);
      }
    }
  }

  @Test
  void aGroupUnmapsBothHalves() {
    try (NativeFile file = memory()) {
      RegionGroup group = RegionGroup.open();
      MemorySegment lent = mirror(file).map(group).segment();
      group.close();
      assertFalse(lent.scope().isAlive());
      for (long i = 0; i < 2 * HALF; i += PAGE) {
        assertFalse(Pages.isReadable(MemorySegment.ofAddress(lent.address() + i).reinterpret(1)));
      }
      file.resize(0);
    }
  }

  @Test
  void everyKindOfFile() throws IOException {
    String name = "/mman-mirrored-" + ProcessHandle.current().pid();
    Path inMemory = Files.createTempFile(Path.of("/dev/shm"), "mirrored", ".bin");
    try (NativeFile memory = memory();
        NativeFile onDisk = NativeFile.open(Samples.file(folder, HALF), StandardOpenOption.WRITE);
        NativeFile onTmpfs = NativeFile.open(inMemory, StandardOpenOption.WRITE);
        NativeFile object =
            NativeFile.sharedMemory(name, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      onTmpfs.resize(HALF);
      object.resize(HALF);
      for (NativeFile file : List.of(memory, onDisk, onTmpfs, object)) {
        try (MappedRegion ring = mirror(file).mapShared()) {
          assertMirrored(ring, file, 0);
        }
      }
    } finally {
      NativeFile.unlinkSharedMemory(name);
      Files.delete(inMemory);
    }
  }

  @Test
  void aRangeOfTheFileIsMirroredAlone() {
    Path path = Samples.file(folder, 8 * PAGE + 5);
    try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE)) {
      try (MappedRegion ring = mirror(file).range(2 * PAGE, 3 * PAGE).mapShared()) {
        assertEquals(6 * PAGE, ring.size());
        assertArrayEquals(
            Samples.bytes(2 * PAGE, 3 * PAGE), Samples.bytes(ring.segment().asSlice(3 * PAGE)));
        assertMirrored(ring, file, 2 * PAGE);
      }
      assertArrayEquals(Samples.bytes(0, 2 * PAGE), Samples.read(path, 0, (int) (2 * PAGE)));
      assertArrayEquals(
          Samples.bytes(5 * PAGE, 3 * PAGE + 5),
          Samples.read(path, 5 * PAGE, (int) (3 * PAGE + 5)));
    }
  }

  @Test
  void fromAnOffsetToTheEnd() {
    try (NativeFile file = memory();
        MappedRegion ring = mirror(file).from(PAGE).mapShared()) {
      assertEquals(6 * PAGE, ring.size());
      assertMirrored(ring, file, PAGE);
    }
  }

  @Test
  void aNewFileIsCreatedAndAllocated() {
    Path path = folder.resolve("new");
    try (NativeFile file =
            NativeFile.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        MappedRegion ring = Mapping.file(file).create(HALF).preallocate().mirrored().mapShared()) {
      assertEquals(HALF, file.size());
      assertTrue(Samples.diskBytes(path) >= HALF);
      assertEquals(Protection.READ_WRITE, ring.protection());
      assertMirrored(ring, file, 0);
    }
  }

  /** The request remembers what it has mapped, which may have another length now. */
  @Test
  void theFileMayGrowBetweenTwoMappings() {
    try (NativeFile file = memory()) {
      Mapping request = mirror(file);
      try (MappedRegion small = request.mapShared()) {
        file.resize(2 * HALF); // beyond the region, so that it is allowed
        try (MappedRegion large = request.mapShared()) {
          assertEquals(2 * HALF, small.size());
          assertEquals(4 * HALF, large.size());
          assertMirrored(small, file, 0);
          assertMirrored(large, file, 0);
        }
      }
    }
  }

  @Test
  void aFileOpenForReadingIsMirrored() {
    try (NativeFile file = NativeFile.open(Samples.file(folder, HALF));
        MappedRegion ring = Mapping.file(file).mirrored().mapShared()) {
      assertEquals(Protection.READ, ring.protection());
      assertTrue(ring.segment().isReadOnly());
      assertEquals(Samples.at(5), ring.segment().get(JAVA_BYTE, HALF + 5));
      for (long i = 0; i < 2; i++) {
        assertEquals("r--s", ProcMaps.of(ring.segment().asSlice(i * HALF)).perms());
      }
    }
  }

  @Test
  void guardPagesSurroundBothHalves() {
    try (NativeFile file = memory();
        MappedRegion ring = mirror(file).guardPages().mapShared()) {
      assertMirrored(ring, file, 0);
      MemorySegment view = ring.segment();
      assertThrows(IndexOutOfBoundsException.class, () -> view.get(JAVA_BYTE, 2 * HALF));
      assertThrows(IndexOutOfBoundsException.class, () -> view.get(JAVA_BYTE, -1));
      for (long neighbour : new long[] {view.address() - 1, view.address() + 2 * HALF}) {
        assertEquals("---p", ProcMaps.find(neighbour).orElseThrow().perms());
        assertFalse(Pages.isReadable(MemorySegment.ofAddress(neighbour).reinterpret(1)));
      }
      assertEquals(0, ProcMaps.of(view).offset());
      assertEquals(0, ProcMaps.of(view.asSlice(HALF)).offset());
      assertEquals(HALF, ProcMaps.of(view).size());
      assertEquals(HALF, ProcMaps.of(view.asSlice(HALF)).size());
    }
  }

  @Test
  void otherRequestsGoTogetherWithIt() {
    List<UnaryOperator<Mapping>> more =
        List.of(
            m -> m.alignment(1 << 20),
            m -> m.alignment(1 << 20).guardPages(),
            Mapping::hugePages,
            Mapping::populate,
            Mapping::preallocate,
            Mapping::shared,
            m -> m.name("without effect"),
            m -> m.copyOnWrite().shared(),
            m -> m.flags(MapFlag.POPULATE, MapFlag.NORESERVE),
            m -> m.flags(MapFlag.SHARED_VALIDATE),
            m -> m.advise(Advice.RANDOM, Advice.DONTFORK));
    try (NativeFile file = memory()) {
      for (UnaryOperator<Mapping> request : more) {
        for (Mapping mapping :
            List.of(
                request.apply(mirror(file)),
                request.apply(Mapping.file(file).readWrite()).mirrored())) {
          try (MappedRegion ring = mapping.mapShared()) {
            assertMirrored(ring, file, 0);
            boolean aligned = mapping.toString().contains("alignment");
            assertTrue(!aligned || ring.segment().address() % (1 << 20) == 0);
          }
        }
      }
    }
  }

  @Test
  void bothHalvesAreLockedPopulatedAndAdvised() {
    try (NativeFile file = memory();
        MappedRegion locked = mirror(file).flags(MapFlag.LOCKED).mapShared();
        MappedRegion flagged = mirror(file).flags(MapFlag.POPULATE).mapShared();
        MappedRegion populated = mirror(file).populate().advise(Advice.DONTFORK).mapShared()) {
      for (long i = 0; i < 2; i++) {
        assertTrue(half(locked, i).vmFlags().contains("lo"), "locked");
        assertEquals(HALF, half(locked, i).figure("Rss"));
        assertEquals(HALF, half(populated, i).figure("Rss"));
        assertTrue(half(populated, i).vmFlags().contains("dc"), "DONTFORK");
        assertEquals(HALF, half(flagged, i).figure("Rss"));
        assertFalse(half(flagged, i).vmFlags().contains("lo"), "not locked");
      }
    }
  }

  private static ProcMaps.Area half(MappedRegion ring, long i) {
    return ProcMaps.figuresOf(ring.segment().asSlice(i * ring.size() / 2));
  }

  @Test
  void theFileIsCoveredOnce() {
    try (NativeFile file = memory()) {
      MappedRegion ring = mirror(file).range(PAGE, 2 * PAGE).mapShared();
      assertThrows(IllegalStateException.class, () -> file.resize(3 * PAGE - 1));
      file.resize(3 * PAGE);
      file.resize(3 * HALF);
      assertMirrored(ring, file, PAGE);
      ring.close();
      file.resize(0);
    }
  }

  @Test
  void theRequestAndTheRegionAreDescribed() {
    try (NativeFile file = memory();
        MappedRegion ring = mirror(file).mapShared()) {
      String request = mirror(file).guardPages().toString();
      assertTrue(request.endsWith("shared, READ_WRITE, guard pages, mirrored]"), request);
      assertTrue(ring.toString().contains("mirrored file shared"), ring::toString);
      assertFalse(Mapping.file(file).toString().contains("mirrored"));
    }
  }
}
