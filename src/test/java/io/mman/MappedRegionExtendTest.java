package io.mman;

import static io.mman.testing.Views.assertAlive;
import static io.mman.testing.Views.assertMarked;
import static io.mman.testing.Views.assertRevoked;
import static io.mman.testing.Views.mark;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.OpenFiles;
import io.mman.testing.SmallDisk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Growing a region together with its file. */
class MappedRegionExtendTest {
  private static final long PAGE = Mman.pageSize();
  private static final long MIB = 1 << 20;

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("file");
  }

  @Test
  void itAllocatesTheBlocksAndLengthensTheFile() throws IOException {
    try (NativeFile file = NativeFile.open(path(), WRITE, CREATE)) {
      file.resize(100);
      try (MappedRegion region =
          Mapping.file(file).readWrite().from(10).reserve(2 * MIB).mapShared()) {
        MemorySegment view = region.segment();
        mark(view);
        MemorySegment grown = region.extend(MIB);
        assertEquals(MIB, region.size());
        assertEquals(10 + MIB, file.size());
        assertAlive(view);
        assertMarked(grown, 0, 90);
        grown.asSlice(90).fill((byte) 7);
        assertSame(region.segment(), region.extend(MIB));
      }
    }
    assertEquals(10 + MIB, Files.size(path()));
  }

  @Test
  void blocksAreThereBeforeAnythingIsStored() {
    try (NativeFile file = NativeFile.open(path(), WRITE, CREATE);
        MappedRegion region = Mapping.file(file).readWrite().reserve(4 * MIB).mapShared()) {
      region.extend(4 * MIB);
      assertEquals(4 * MIB, file.size());
      assertTrue(SmallDisk.blockBytes(path()) >= 4 * MIB);
    }
  }

  @Test
  void withoutAReserveItRevokesTheViews() {
    try (NativeFile file = NativeFile.open(path(), WRITE, CREATE)) {
      file.resize(PAGE);
      try (MappedRegion region = Mapping.file(file).readWrite().mapConfined()) {
        MemorySegment view = region.segment();
        mark(view);
        MemorySegment grown = region.extend(100 * PAGE);
        assertRevoked(view);
        assertMarked(grown, 0, PAGE);
        assertEquals(100 * PAGE, file.size());
      }
    }
  }

  @Test
  void aFileThatIsLongerAlreadyKeepsItsLength() {
    try (NativeFile file = NativeFile.open(path(), WRITE, CREATE)) {
      file.resize(10 * PAGE);
      try (MappedRegion region = Mapping.file(file).readWrite().range(0, PAGE).mapConfined()) {
        region.extend(3 * PAGE);
        assertEquals(10 * PAGE, file.size());
      }
    }
  }

  @Test
  void aFileThatAnotherProcessHasTruncatedIsExtendedAgain() throws IOException {
    try (NativeFile file = NativeFile.open(path(), WRITE, CREATE)) {
      file.resize(MIB);
      try (MappedRegion region = Mapping.file(file).readWrite().reserve(3 * MIB).mapShared()) {
        MemorySegment view = region.segment();
        truncate(PAGE);
        assertSame(view, region.extend(MIB));
        assertEquals(MIB, file.size());
        view.fill((byte) 1);
        truncate(PAGE);
        region.extend(2 * MIB).fill((byte) 2);
        assertEquals(2 * MIB, file.size());
        assertTrue(SmallDisk.blockBytes(path()) >= 2 * MIB, "a hole where the file was truncated");
      }
    }
  }

  private void truncate(long size) throws IOException {
    try (FileChannel other = FileChannel.open(path(), WRITE)) {
      other.truncate(size);
    }
  }

  @Test
  void onAnonymousMemoryItResizes() {
    try (MappedRegion region = Mapping.anonymous(PAGE).mapConfined()) {
      assertEquals(5 * PAGE, region.extend(5 * PAGE).byteSize());
    }
  }

  @Test
  void refusedCallsChangeNothing() {
    try (NativeFile file = NativeFile.open(path(), WRITE, CREATE);
        Arena arena = Arena.ofShared()) {
      file.resize(2 * PAGE);
      Mapping mapping = Mapping.file(file).readWrite();
      try (MappedRegion region = mapping.reserve(4 * PAGE).mapShared()) {
        for (long size : new long[] {-1, 0, 2 * PAGE - 1, 4 * PAGE + 1, Long.MAX_VALUE}) {
          assertThrows(IllegalArgumentException.class, () -> region.extend(size));
        }
      }
      MappedRegion borrowed = mapping.map(arena);
      assertThrows(IllegalStateException.class, () -> borrowed.extend(3 * PAGE));
      MappedRegion wrapper = MappedRegion.of(borrowed.segment());
      assertThrows(IllegalStateException.class, () -> wrapper.extend(3 * PAGE));
      try (MappedRegion region = Mapping.file(path()).mapConfined()) {
        assertThrows(IllegalStateException.class, () -> region.extend(3 * PAGE));
      }
      try (MappedRegion region = mapping.mapShared();
          Pin pin = region.pin()) {
        assertThrows(IllegalStateException.class, () -> region.extend(3 * PAGE), pin::toString);
      }
      assertEquals(2 * PAGE, file.size());
    }
  }

  @Test
  void aFileThatIsOpenForReadingOnlyIsNamedAsTheReason() throws IOException {
    Files.write(path(), new byte[10]);
    try (MappedRegion region = Mapping.file(path()).reserve(PAGE).mapConfined()) {
      MmanException e = assertThrows(MmanException.class, () -> region.extend(20));
      assertEquals("fallocate " + Errno.EBADF, e.call() + " " + e.error());
      assertTrue(e.getMessage().contains("not open for writing"), e.getMessage());
      assertEquals(10, region.size());
    }
  }

  @Test
  void aRegionOfAPathWithAReserveKeepsADescriptorUntilItIsClosed() throws IOException {
    Files.write(path(), new byte[10]);
    List<String> before = descriptors();
    MappedRegion region = Mapping.file(path()).readWrite().reserve(10 * PAGE).mapShared();
    assertEquals(before.size() + 1, descriptors().size());
    mark(region.segment());
    assertMarked(region.extend(4 * PAGE), 0, 10);
    MappedRegion rest = region.split(PAGE);
    assertEquals(before.size() + 1, descriptors().size());
    rest.extend(5 * PAGE);
    region.close();
    assertEquals(before.size() + 1, descriptors().size());
    rest.extend(6 * PAGE);
    assertEquals(7 * PAGE, Files.size(path()));
    rest.close();
    assertEquals(before, descriptors());
  }

  @Test
  void joiningClosesNothingTooEarly() throws IOException {
    Files.write(path(), new byte[(int) (2 * PAGE)]);
    List<String> before = descriptors();
    MappedRegion region = Mapping.file(path()).readWrite().reserve(10 * PAGE).mapConfined();
    region.join(region.split(PAGE));
    region.extend(3 * PAGE);
    region.close();
    assertEquals(before, descriptors());
  }

  @Test
  void aFailedMappingOfAPathWithAReserveLeavesNoDescriptor() throws IOException {
    Files.write(path(), new byte[(int) PAGE]);
    List<String> before = descriptors();
    Mapping tooLarge = Mapping.file(path()).reserve(1L << 60);
    assertThrows(MmanException.class, tooLarge::mapConfined);
    Mapping refused = Mapping.file(path()).reserve(PAGE).advise(Advice.REMOVE);
    assertThrows(MmanException.class, refused::mapShared);
    Arena closed = Arena.ofConfined();
    closed.close();
    Mapping mapping = Mapping.file(path()).reserve(PAGE);
    assertThrows(IllegalStateException.class, () -> mapping.map(closed));
    assertEquals(before, descriptors());
  }

  private List<String> descriptors() {
    return OpenFiles.all().values().stream().filter(path().toString()::equals).toList();
  }

  /** Prints the state of a region that a full disk has kept from being extended. */
  static final class Extender {
    private Extender() {}

    public static void main(String... arguments) {
      Path path = Path.of(arguments[0]).resolve("file");
      try (NativeFile file = NativeFile.open(path, WRITE, CREATE)) {
        file.allocate(0, MIB);
        for (boolean reserve : new boolean[] {true, false}) {
          Mapping mapping = Mapping.file(file).readWrite();
          mapping = reserve ? mapping.reserve(256 * MIB) : mapping;
          try (MappedRegion region = mapping.mapShared()) {
            MemorySegment view = region.segment();
            try {
              region.extend(128 * MIB);
            } catch (MmanException e) {
              System.out.println(e.call() + " " + e.error());
            }
            view.fill((byte) 1);
            System.out.println(region.size() / MIB + " " + file.size() / MIB);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFullDiskChangesNeitherLengthNorSizeNorViews(SmallDisk disk) {
    List<String> lines =
        ChildJvm.of(Extender.class).under(disk.mountedAt(folder)).run(disk.path(folder)).lines();
    assertEquals(List.of("fallocate ENOSPC", "1 1", "fallocate ENOSPC", "1 1"), lines);
  }
}
