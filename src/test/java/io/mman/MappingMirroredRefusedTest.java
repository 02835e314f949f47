package io.mman;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Failures;
import io.mman.testing.Leaks;
import io.mman.testing.OpenFiles;
import io.mman.testing.ProcMaps;
import io.mman.testing.Samples;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be mirrored, and what a mirrored region cannot do. */
class MappingMirroredRefusedTest {
  private static final long PAGE = Mman.pageSize();
  private static final long HALF = 4 * PAGE;
  private static final String LABEL = "mirrored-refused";

  @TempDir Path folder;

  private static NativeFile memory(long size) {
    return NativeFile.memory(LABEL, size);
  }

  /** Checks that a request is refused while the file stays as it is, unmapped and uncovered. */
  private static void assertRefused(NativeFile file, String reason, Mapping request) {
    long size = file.size();
    var open = OpenFiles.all();
    for (Executable attempt :
        List.<Executable>of(
            request::mapShared, request::mapConfined, () -> request.map(Arena.global()))) {
      var e = assertThrows(IllegalArgumentException.class, attempt);
      assertTrue(e.getMessage().contains(reason), e::getMessage);
    }
    assertEquals(open, OpenFiles.all());
    assertEquals(size, file.size());
    assertEquals(0, ProcMaps.all().stream().filter(a -> a.path().contains(LABEL)).count());
    file.resize(size + PAGE);
    file.resize(0); // nothing covers it
    file.resize(size);
  }

  @Test
  void onlyAnOpenFileIsMirrored() {
    Path path = Samples.file(folder, HALF);
    assertThrows(IllegalArgumentException.class, Mapping.file(path)::mirrored);
    assertThrows(IllegalArgumentException.class, Mapping.file(path).create(HALF)::mirrored);
    assertThrows(IllegalArgumentException.class, Mapping.file(path).surviveBusErrors()::mirrored);
    assertThrows(IllegalArgumentException.class, Mapping.anonymous(HALF)::mirrored);
    assertThrows(IllegalArgumentException.class, Mapping.anonymous(HALF).shared()::mirrored);
    assertEquals(List.of(), ProcMaps.ofFile(path));
  }

  @Test
  void contradictionsAreRefusedInWhateverOrderTheyAreMade() {
    try (NativeFile file = memory(HALF)) {
      Mapping plain = Mapping.file(file);
      Mapping mirrored = plain.mirrored();
      assertRefused(file, "copy-on-write", mirrored.copyOnWrite());
      assertRefused(file, "copy-on-write", plain.copyOnWrite().mirrored());
      assertRefused(file, "copy-on-write", plain.copyOnWrite().readWrite().mirrored().populate());
      assertRefused(file, "copy-on-write", mirrored.copyOnWrite().flags(MapFlag.NORESERVE));
      assertRefused(file, "reserve", mirrored.reserve(4 * HALF));
      assertRefused(file, "reserve", plain.reserve(4 * HALF).mirrored());
      assertRefused(file, "reserve", plain.reserve(0).mirrored().guardPages());
      assertRefused(file, "DROPPABLE", mirrored.flags(MapFlag.DROPPABLE));
    }
  }

  /** Even a closed file: the request is looked at before the file is. */
  @Test
  void contradictionsAreRefusedBeforeTheFileIsUsed() {
    NativeFile file = memory(HALF);
    file.close();
    Mapping mirrored = Mapping.file(file).mirrored();
    assertThrows(IllegalArgumentException.class, mirrored.copyOnWrite()::mapShared);
    assertThrows(IllegalArgumentException.class, mirrored.reserve(9 * HALF)::mapShared);
    assertThrows(IllegalStateException.class, mirrored::mapShared);
  }

  @Test
  void wholePagesAreMirrored() {
    try (NativeFile odd = memory(HALF + 5)) {
      assertRefused(odd, "not whole pages", Mapping.file(odd).mirrored());
      assertRefused(odd, "not whole pages", Mapping.file(odd).from(PAGE).mirrored());
      assertRefused(odd, "not whole pages", Mapping.file(odd).from(5).mirrored());
      assertRefused(odd, "not whole pages", Mapping.file(odd).mirrored().range(5, PAGE));
      assertRefused(odd, "not whole pages", Mapping.file(odd).range(0, PAGE - 1).mirrored());
      assertRefused(odd, "not whole pages", Mapping.file(odd).range(PAGE / 2, PAGE).mirrored());
      assertRefused(odd, "past the end", Mapping.file(odd).mirrored().range(0, HALF + PAGE));
      assertRefused(odd, "past the end", Mapping.file(odd).mirrored().from(2 * HALF));
      assertRefused(odd, "empty", Mapping.file(odd).mirrored().range(PAGE, 0));
    }
    try (NativeFile empty = memory(0)) {
      assertRefused(empty, "empty", Mapping.file(empty).mirrored());
      assertRefused(empty, "empty", Mapping.file(empty).readWrite().guardPages().mirrored());
      assertRefused(empty, "empty", Mapping.file(empty).mirrored().from(0).surviveBusErrors());
    }
  }

  @Test
  void aFileIsNotExtendedInVain() {
    try (NativeFile file = memory(PAGE)) {
      Mapping request = Mapping.file(file).mirrored();
      assertRefused(file, "not whole pages", request.create(HALF + 1));
      assertRefused(file, "not whole pages", request.create(HALF).range(1, PAGE));
      assertRefused(file, "past the end", request.create(HALF).range(0, 2 * HALF));
      assertRefused(file, "past the end", request.preallocate().range(0, HALF));
      assertRefused(file, "empty", request.create(HALF).range(0, 0).preallocate());
    }
  }

  @Test
  void twiceTheSizeIsASize() {
    try (NativeFile file = memory(1L << 62)) {
      assertRefused(file, "too large", Mapping.file(file).mirrored());
      long largest = Long.MAX_VALUE - (64L << 30) - (PAGE - 1) & -PAGE;
      file.resize(largest);
      assertRefused(file, "too large", Mapping.file(file).range(0, largest).mirrored());
      // The most that is a size; with guard pages it is none.
      long most = (Long.MAX_VALUE - (64L << 30)) / 2 & -PAGE;
      Mapping mirrored = Mapping.file(file).range(0, most).mirrored();
      assertRefused(file, "size with alignment", mirrored.guardPages().alignment(1L << 40));
    }
  }

  @Test
  void moreThanTheAddressSpaceIsEnomem() {
    try (NativeFile file = memory(1L << 50)) {
      for (Mapping request :
          List.of(
              Mapping.file(file).mirrored(),
              Mapping.file(file).mirrored().guardPages(),
              Mapping.file(file).mirrored().range(PAGE, 1L << 47))) {
        Leaks.none(1L << 30, () -> Failures.failure("mmap", Errno.ENOMEM, request::mapShared));
      }
      file.resize(0);
    }
  }

  @Test
  void devicesAreNotMirrored() {
    try (NativeFile zero = NativeFile.open(Path.of("/dev/zero"))) {
      for (Mapping request :
          List.of(
              Mapping.file(zero).mirrored(),
              Mapping.file(zero).range(0, HALF).mirrored(),
              Mapping.file(zero).mirrored().range(PAGE, HALF))) {
        var e = assertThrows(IllegalArgumentException.class, request::mapShared);
        assertTrue(e.getMessage().contains("not a regular file"), e::getMessage);
      }
    }
  }

  @Test
  void aFileOpenForReadingIsNotMappedForWriting() {
    Path path = Samples.sparse(folder, 64 << 20);
    try (NativeFile file = NativeFile.open(path)) {
      Mapping request = Mapping.file(file).readWrite().mirrored();
      Leaks.none(128 << 20, () -> Failures.failure("mmap", Errno.EACCES, request::mapShared));
    }
    try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE)) {
      file.resize(0);
    }
  }

  @Test
  void aClosedArenaLeavesNothing() {
    Arena closed = Arena.ofShared();
    closed.close();
    try (NativeFile file = memory(64 << 20)) {
      Mapping request = Mapping.file(file).mirrored();
      Leaks.none(
          128 << 20, () -> assertThrows(IllegalStateException.class, () -> request.map(closed)));
      file.resize(0);
    }
  }

  @Test
  void refusedAdviceUnmapsBothHalves() {
    try (NativeFile file = memory(64 << 20)) {
      Mapping request = Mapping.file(file).mirrored().guardPages().advise(Advice.WIPEONFORK);
      Leaks.none(128 << 20, () -> Failures.failure("madvise", Errno.EINVAL, request::mapShared));
      file.resize(0);
    }
  }

  @Test
  void whatWouldMakeTheHalvesDifferChangesNothing() {
    try (NativeFile file = memory(2 * HALF);
        RegionGroup group = RegionGroup.open();
        MappedRegion owned = Mapping.file(file).range(0, HALF).readWrite().mirrored().mapShared();
        MappedRegion confined = Mapping.file(file).mirrored().guardPages().mapConfined();
        MappedRegion whole = Mapping.file(file).range(0, HALF).readWrite().mapShared()) {
      for (MappedRegion ring : List.of(owned, confined, Mapping.file(file).mirrored().map(group))) {
        MemorySegment view = ring.segment();
        long size = ring.size();
        for (Executable change :
            List.<Executable>of(
                () -> ring.resize(size),
                () -> ring.resize(size / 2),
                () -> ring.resize(0),
                () -> ring.resize(2 * size),
                () -> ring.extend(size),
                () -> ring.extend(2 * size),
                () -> ring.extend(PAGE),
                () -> ring.split(size / 2),
                () -> ring.split(0),
                () -> ring.split(size),
                () -> ring.join(whole),
                () -> whole.join(ring),
                ring::seal)) {
          var e = assertThrows(UnsupportedOperationException.class, change);
          assertTrue(e.getMessage().startsWith("a mirrored region cannot be "), e::getMessage);
        }
        assertTrue(view.scope().isAlive() && view == ring.segment());
        assertEquals(size, ring.size());
        view.get(JAVA_BYTE, size - 1);
        assertEquals(2 * HALF, file.size());
      }
      MemorySegment kept = whole.segment();
      kept.set(JAVA_BYTE, 3, (byte) 9);
      assertEquals(9, owned.segment().get(JAVA_BYTE, HALF + 3));
    }
  }

  @Test
  void aClosedRegionSaysSo() {
    try (NativeFile file = memory(HALF)) {
      MappedRegion ring = Mapping.file(file).mirrored().mapShared();
      ring.close();
      ring.close();
      assertThrows(IllegalStateException.class, () -> ring.resize(HALF));
      assertThrows(IllegalStateException.class, () -> ring.extend(3 * HALF));
      assertThrows(IllegalStateException.class, () -> ring.split(HALF));
      assertThrows(IllegalStateException.class, ring::seal);
      assertThrows(IllegalStateException.class, ring::sync);
      assertThrows(IllegalStateException.class, ring::segment);
    }
  }
}
