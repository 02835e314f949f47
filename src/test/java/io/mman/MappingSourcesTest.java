package io.mman;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Command;
import io.mman.testing.ProcMaps;
import io.mman.testing.Requirements;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that can be mapped, and their ranges. */
class MappingSourcesTest {
  private static final long PAGE = Mman.pageSize();
  private static final long GIB = 1L << 30;
  private static final Path ZERO = Path.of("/dev/zero");
  private static final Path TMPFS = Path.of("/dev/shm");

  @TempDir Path folder;

  @Test
  void theWholeFileIsMappedWithItsOddLastPage() {
    Path file = Samples.file(folder, 2 * PAGE + 5);

    try (MappedRegion region = Mapping.file(file).mapConfined()) {
      assertArrayEquals(Samples.bytes(0, 2 * PAGE + 5), Samples.bytes(region.segment()));
      ProcMaps.Area area = ProcMaps.of(region.segment());
      assertEquals(3 * PAGE, area.size());
      assertEquals(List.of(area), ProcMaps.ofFile(file));
      assertEquals(0, area.offset());
    }
  }

  @Test
  void aRangeMayBeginAndEndInsideAPage() {
    Path file = Samples.file(folder, 4 * PAGE);

    try (MappedRegion region = Mapping.file(file).range(PAGE + 7, PAGE).mapConfined()) {
      assertArrayEquals(Samples.bytes(PAGE + 7, PAGE), Samples.bytes(region.segment()));
      ProcMaps.Area area = ProcMaps.of(region.segment());
      assertEquals(PAGE, area.offset());
      assertEquals(2 * PAGE, area.size());
      assertEquals(area.start() + 7, region.segment().address());
    }
  }

  @Test
  void aRangeMayBeOneByte() {
    Path file = Samples.file(folder, 2 * PAGE);

    try (MappedRegion last = Mapping.file(file).from(2 * PAGE - 1).mapConfined();
        MappedRegion first = Mapping.file(file).range(0, 1).mapConfined()) {
      assertArrayEquals(Samples.bytes(2 * PAGE - 1, 1), Samples.bytes(last.segment()));
      assertArrayEquals(Samples.bytes(0, 1), Samples.bytes(first.segment()));
    }
  }

  @Test
  void aRangeMayBeEmptyWhereverItIs() {
    Path file = Samples.file(folder, 2 * PAGE + 5);
    for (long offset : new long[] {0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE + 5}) {
      try (MappedRegion region = Mapping.file(file).range(offset, 0).mapShared()) {
        assertDoesNothing(region);
      }
    }
    try (MappedRegion region = Mapping.file(file).from(2 * PAGE + 5).populate().mapConfined()) {
      assertDoesNothing(region);
    }
  }

  @Test
  void anEmptyFileAndEmptyMemoryGiveAnEmptyRegion() throws IOException {
    Path file = Files.createFile(folder.resolve("empty"));
    try (MappedRegion region = Mapping.file(file).mapConfined()) {
      assertDoesNothing(region);
      assertEquals(0, region.protect(Protection.NONE).byteSize());
    }
    try (MappedRegion region = Mapping.anonymous(0).mapShared()) {
      assertDoesNothing(region);
    }
    assertEquals(0, Files.size(file));
  }

  private static void assertDoesNothing(MappedRegion region) {
    assertEquals(0, region.size());
    assertEquals(0, region.segment().byteSize());
    region.sync();
    region.sync(0, 0, SyncFlag.ASYNC);
    region.advise(Advice.DONTNEED);
    region.advise(Advice.WILLNEED);
    region.lock();
    region.lock(LockFlag.ONFAULT);
    region.unlock();
    region.populate();
    assertEquals(0, region.residency().pages());
    assertEquals(0, region.residency().residentBytes());
    assertTrue(region.isResident(0, 0));
    assertEquals(0, region.residentPages(0, 0));
    assertEquals(0, region.read(0, MemorySegment.ofArray(new byte[0])));
    assertEquals(0, region.write(0, MemorySegment.NULL));
    assertThrows(
        IndexOutOfBoundsException.class, () -> region.read(0, MemorySegment.ofArray(new byte[1])));
    assertTrue(region.isAlive());
  }

  @Test
  void aSparseFileOfManyGibibytesIsMappedWholeAndFarIn() {
    Path file = Samples.sparse(folder, 10 * GIB);
    long far = 5 * GIB + 3;
    try (MappedRegion region = Mapping.file(file).create(0).mapConfined();
        MappedRegion part = Mapping.file(file).range(far, 4 * GIB - 1).mapConfined()) {
      assertEquals(10 * GIB, region.size());
      assertEquals(4 * GIB - 1, part.size());
      region.segment().set(ValueLayout.JAVA_BYTE, far, (byte) 42);
      region.segment().set(ValueLayout.JAVA_BYTE, far + 4 * GIB - 2, (byte) 43);
      assertEquals(42, part.segment().get(ValueLayout.JAVA_BYTE, 0));
      assertEquals(43, part.segment().get(ValueLayout.JAVA_BYTE, part.size() - 1));
      assertEquals(far / PAGE * PAGE, ProcMaps.of(part.segment()).offset());
    }
    assertArrayEquals(new byte[] {0, 42, 0}, Samples.read(file, far - 1, 3));
  }

  @Test
  void manyGibibytesOfMemoryTakeAllCalls() {
    Mapping request = Mapping.anonymous(5 * GIB).flags(MapFlag.NORESERVE);
    try (MappedRegion region = request.advise(Advice.NOHUGEPAGE).mapConfined()) {
      long far = 4 * GIB + 123;
      region.segment().set(ValueLayout.JAVA_BYTE, far, (byte) 9);
      assertEquals(1, region.residentPages(0, 5 * GIB));
      assertEquals(1, region.residency().residentPages());
      assertTrue(region.residency().isResident(far));
      region.lock(far, 1);
      assertEquals(PAGE, ProcMaps.figuresOf(region.segment().asSlice(far)).figure("Locked"));
      region.unlock();
      byte[] copied = new byte[2];
      assertEquals(2, region.read(far, MemorySegment.ofArray(copied)));
      assertArrayEquals(new byte[] {9, 0}, copied);
      region.sync();
      region.protect(Protection.READ);
      region.protect(Protection.READ_WRITE);
      region.advise(Advice.DONTNEED, PAGE, 5 * GIB - PAGE);
      assertEquals(0, region.segment().get(ValueLayout.JAVA_BYTE, far));
    }
  }

  @Test
  void aDeviceNeedsARange() {
    Mapping device = Mapping.file(ZERO).protection(Protection.READ_WRITE);
    for (Mapping request :
        List.of(device, device.from(0), device.create(5), device.copyOnWrite())) {
      var e = assertThrows(IllegalArgumentException.class, request::mapConfined);
      assertTrue(e.getMessage().contains("/dev/zero"), e::getMessage);
    }
    try (MappedRegion region = device.range(0, PAGE + 1).mapConfined()) {
      assertArrayEquals(new byte[(int) PAGE + 1], Samples.bytes(region.segment()));
      region.segment().fill((byte) 1); // kept in this mapping
      assertEquals("rw-s", ProcMaps.of(region.segment()).perms());
    }
    try (MappedRegion region = device.range(5, 1).copyOnWrite().mapShared()) {
      assertEquals(0, region.segment().get(ValueLayout.JAVA_BYTE, 0));
      assertEquals("rw-p", ProcMaps.of(region.segment()).perms());
    }
  }

  @Test
  void mappingAnUnsuitableFileIsEnodev() {
    for (Path path : List.of(folder, Path.of("/dev/null"))) {
      var e = assertThrows(MmanException.class, () -> Mapping.file(path).range(0, 1).mapConfined());
      assertEquals(Errno.ENODEV, e.error());
      assertEquals("mmap", e.call());
    }
  }

  @Test
  void aBlockDeviceEndsWhereItEnds() {
    Requirements.requirePrograms("losetup");
    Requirements.requireRoot();
    Path image = Samples.file(folder, 16 * PAGE);
    Command.Outcome setup =
        Command.run(List.of("losetup", "--find", "--show", "--read-only", image.toString()));
    Path device = Path.of(setup.success().strip());
    try {
      try (MappedRegion region =
          Mapping.file(device).range(PAGE + 1, 15 * PAGE - 1).mapConfined()) {
        assertArrayEquals(Samples.bytes(PAGE + 1, 15 * PAGE - 1), Samples.bytes(region.segment()));
      }
      for (Mapping wrong :
          List.of(
              Mapping.file(device),
              Mapping.file(device).range(16 * PAGE, 1),
              Mapping.file(device).range(PAGE, 16 * PAGE))) {
        assertThrows(IllegalArgumentException.class, wrong::mapConfined);
      }
    } finally {
      Command.run(List.of("losetup", "--detach", device.toString())).success();
    }
  }

  @Test
  void aRangePastTheEndOfARegularFileIsRefused() {
    Path file = Samples.file(folder, PAGE + 5);
    Mapping request = Mapping.file(file);
    for (Mapping wrong :
        List.of(
            request.range(0, PAGE + 6),
            request.range(PAGE + 5, 1),
            request.range(PAGE + 6, 0),
            request.range(1L << 60, 1L << 60),
            request.from(PAGE + 6),
            request.create(PAGE).range(5, PAGE + 1))) {
      var e = assertThrows(IllegalArgumentException.class, wrong::mapConfined);
      assertTrue(e.getMessage().contains(PAGE + 5 + " bytes"), e::getMessage);
    }
    request.create(2 * PAGE).range(PAGE + 5, PAGE - 5).mapConfined().close();
  }

  @Test
  void tmpfsFilesMemfdsAndSharedMemoryAreFilesToo() throws IOException {
    Path file = Files.createTempFile(TMPFS, "mman", ".bin");
    String name = "/mman-" + file.getFileName();
    try (NativeFile memory = NativeFile.memory("mman", 0);
        NativeFile object =
            NativeFile.sharedMemory(
                name, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      assertTwoSeeEachOther(Mapping.file(file));
      assertTwoSeeEachOther(Mapping.file(memory));
      assertTwoSeeEachOther(Mapping.file(object));
      assertTwoSeeEachOther(Mapping.file(memory.path()));
    } finally {
      NativeFile.unlinkSharedMemory(name);
      Files.delete(file);
    }
  }

  private static void assertTwoSeeEachOther(Mapping request) {
    Mapping writable = request.create(2 * PAGE + 1);
    try (MappedRegion one = writable.mapConfined();
        MappedRegion other = request.range(PAGE - 1, 3).mapShared();
        MappedRegion own = writable.copyOnWrite().mapConfined()) {
      one.segment().set(ValueLayout.JAVA_BYTE, PAGE, (byte) 5);
      own.segment().set(ValueLayout.JAVA_BYTE, PAGE - 1, (byte) 6);
      assertArrayEquals(new byte[] {0, 5, 0}, Samples.bytes(other.segment()));
    }
  }

  @Test
  void anOpenFileStaysOpenAndMayBeClosedBeforeItsRegions() {
    Path path = Samples.file(folder, PAGE);
    MappedRegion region;
    try (NativeFile file = NativeFile.open(path)) {
      region = Mapping.file(file).mapShared();
      assertTrue(file.isOpen());
    }
    assertArrayEquals(Samples.bytes(0, PAGE), Samples.bytes(region.segment()));
    region.close();
  }

  @Test
  void aClosedFileCannotBeMapped() {
    NativeFile file = NativeFile.open(Samples.file(folder, PAGE));
    Mapping request = Mapping.file(file);
    file.close();

    assertThrows(IllegalStateException.class, request::mapConfined);
  }

  @Test
  void anAdoptedDescriptorCanBeMapped() {
    Path path = Samples.file(folder, PAGE);
    try (NativeFile file = NativeFile.open(path);
        NativeFile adopted = NativeFile.adopt(io.mman.testing.LibC.dup(file.fd()));
        MappedRegion region = Mapping.file(adopted).mapConfined()) {
      assertArrayEquals(Samples.bytes(0, PAGE), Samples.bytes(region.segment()));
    }
  }
}
