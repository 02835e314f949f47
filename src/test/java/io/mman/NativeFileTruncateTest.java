package io.mman;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Elsewhere;
import io.mman.testing.LibC;
import io.mman.testing.OpenFiles;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No file is truncated under live regions of this process, no matter by which name it is opened.
 */
class NativeFileTruncateTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void create() {
    path = Samples.file(folder, 4 * PAGE);
  }

  @Test
  void openingRefusesToTruncateUnderARegionOfThePath() throws IOException {
    MappedRegion region = Mapping.file(path).mapConfined();
    var files = OpenFiles.all();

    var e = assertThrows(IllegalStateException.class, () -> truncate(path));

    assertEquals(
        "cannot truncate \"" + path + "\" to 0 bytes: live regions cover " + 4 * PAGE,
        e.getMessage());
    assertEquals(files, OpenFiles.all());
    assertEquals(4 * PAGE, Files.size(path));
    region.close();
    truncate(path);
    assertEquals(0, Files.size(path));
  }

  @Test
  void byAnyNameAndAnyDescriptor() throws IOException {
    Path hardLink = Files.createLink(folder.resolve("hard"), path);
    Path symbolicLink = Files.createSymbolicLink(folder.resolve("symbolic"), path);
    try (NativeFile file = NativeFile.open(path, WRITE);
        NativeFile adopted = NativeFile.adopt(LibC.dup(file.fd()));
        NativeFile other = NativeFile.open(hardLink, WRITE);
        MappedRegion _ = Mapping.file(file).range(PAGE, 5).mapConfined()) {
      for (Path name : new Path[] {path, hardLink, symbolicLink, file.path(), adopted.path()}) {
        assertThrows(IllegalStateException.class, () -> truncate(name));
      }
      for (NativeFile one : new NativeFile[] {file, adopted, other}) {
        assertThrows(IllegalStateException.class, () -> one.resize(PAGE + 4));
        one.resize(PAGE + 5);
        one.resize(4 * PAGE);
      }
    }
    truncate(hardLink);
    assertEquals(0, Files.size(path));
  }

  @Test
  void afterTheFileThatWasMappedHasBeenClosed() throws IOException {
    NativeFile file = NativeFile.open(path);
    try (MappedRegion _ = Mapping.file(file).mapConfined();
        NativeFile other = NativeFile.open(path, WRITE)) {
      file.close();
      assertThrows(IllegalStateException.class, () -> truncate(path));
      assertThrows(IllegalStateException.class, () -> other.resize(0));
    }
    truncate(path);
    assertEquals(0, Files.size(path));
  }

  @Test
  void underPrivateAndBorrowedRegions() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Mapping.file(path).copyOnWrite().range(0, 1).map(arena).close(); // ends the object only
      assertThrows(IllegalStateException.class, () -> truncate(path));
    }
    try (RegionGroup group = RegionGroup.open()) {
      Mapping.file(path).map(group);
      assertThrows(IllegalStateException.class, () -> truncate(path));
    }
    try (MappedRegion _ = Mapping.file(path).reserve(8 * PAGE).mapShared()) {
      assertThrows(IllegalStateException.class, () -> truncate(path));
    }
    truncate(path);
    assertEquals(0, Files.size(path));
  }

  @Test
  void underEachPartOfADividedRegion() {
    MappedRegion first = Mapping.file(path).mapConfined();
    MappedRegion rest = first.split(PAGE);
    try (NativeFile file = NativeFile.open(path, WRITE)) {
      first.close();
      assertThrows(IllegalStateException.class, () -> file.resize(4 * PAGE - 1));
      assertThrows(IllegalStateException.class, () -> truncate(path));
      rest.resize(PAGE);
      file.resize(2 * PAGE);
      assertThrows(IllegalStateException.class, () -> truncate(path));
      rest.close();
      truncate(path);
      assertEquals(0, file.size());
    }
  }

  @Test
  void underARegionThatHasGrown() {
    try (NativeFile file = NativeFile.open(path, WRITE);
        MappedRegion region =
            Mapping.file(path).range(0, PAGE).readWrite().reserve(8 * PAGE).mapConfined()) {
      region.extend(6 * PAGE);
      assertThrows(IllegalStateException.class, () -> file.resize(6 * PAGE - 1));
      assertThrows(IllegalArgumentException.class, () -> region.resize(7 * PAGE));
      file.resize(7 * PAGE);
      file.resize(6 * PAGE); // a size that was refused is not covered
      region.resize(PAGE);
      file.resize(PAGE);
    }
  }

  @Test
  void anEmptyRegionLosesNothing() throws IOException {
    try (MappedRegion _ = Mapping.file(path).range(4 * PAGE, 0).mapConfined()) {
      truncate(path);
      assertEquals(0, Files.size(path));
    }
  }

  @Test
  void aFailedMappingCoversNothing() throws IOException {
    assertThrows(MmanException.class, () -> Mapping.file(path).advise(Advice.FREE).mapConfined());
    assertThrows(MmanException.class, () -> Mapping.file(path).reserve(1L << 47).mapConfined());
    assertThrows(
        IllegalArgumentException.class, () -> Mapping.file(path).range(PAGE, 4 * PAGE).mapShared());
    truncate(path);
    assertEquals(0, Files.size(path));
  }

  @Test
  void sharedMemoryToo() {
    String name = "/mman-truncate-" + ProcessHandle.current().pid();
    try (NativeFile file = NativeFile.sharedMemory(name, WRITE, CREATE)) {
      file.resize(PAGE);
      MappedRegion region = Mapping.file(file).mapConfined();
      var e =
          assertThrows(
              IllegalStateException.class,
              () -> NativeFile.sharedMemory(name, WRITE, TRUNCATE_EXISTING));
      assertTrue(e.getMessage().contains(file.path().toString()), e::getMessage);
      region.close();
      NativeFile.sharedMemory(name, WRITE, TRUNCATE_EXISTING).close();
      assertEquals(0, file.size());
    } finally {
      NativeFile.unlinkSharedMemory(name);
    }
  }

  @Test
  void whatIsNotARegularFileIsNotTruncated() {
    NativeFile.open(Path.of("/dev/null"), WRITE, TRUNCATE_EXISTING).close();
    NativeFile.open(Path.of("/dev/zero"), WRITE, CREATE, TRUNCATE_EXISTING).close();
  }

  @Test
  void theOptionIsIgnoredForANewFileAndForReading() throws IOException {
    Path other = folder.resolve("other");
    NativeFile.open(other, WRITE, CREATE_NEW, TRUNCATE_EXISTING).close();
    NativeFile.open(folder.resolve("third"), WRITE, CREATE, TRUNCATE_EXISTING).close();
    try (MappedRegion _ = Mapping.file(path).mapConfined()) {
      NativeFile.open(path, READ, TRUNCATE_EXISTING).close();
    }
    assertEquals(4 * PAGE, Files.size(path));
    assertEquals(0, Files.size(other));
  }

  /** One thread truncates and extends a file that another one maps by its path and touches. */
  static class Race {
    private static final int TIMES = 20_000;

    public static void main(String... arguments) throws Throwable {
      Path path = Path.of(arguments[0]);
      Elsewhere truncating = Elsewhere.start(() -> truncateOften(path));
      long touched = 0;
      while (!truncating.isDone()) {
        try (MappedRegion region =
            (touched & 1) == 0
                ? Mapping.file(path).range(0, 2 * PAGE).readWrite().mapConfined()
                : Mapping.file(path).create(2 * PAGE).mapShared()) {
          region.segment().set(ValueLayout.JAVA_BYTE, 2 * PAGE - 1, (byte) 1);
          touched++;
        } catch (IllegalArgumentException e) {
          Thread.onSpinWait(); // it is truncated
        }
      }
      truncating.join();
      System.out.println(touched > 0 ? "touched" : "never mapped");
    }

    private static void truncateOften(Path path) {
      for (int i = 0; i < TIMES; i++) {
        try (NativeFile file = NativeFile.open(path, WRITE, TRUNCATE_EXISTING)) {
          file.resize(2 * PAGE);
          file.resize(PAGE);
          file.resize(2 * PAGE);
        } catch (IllegalStateException e) {
          Thread.onSpinWait(); // it is mapped
        }
      }
    }
  }

  @Test
  void notWhileAMappingIsMade() {
    assertEquals("touched\n", ChildJvm.of(Race.class).run(path.toString()).success());
  }

  /** Another process, for example, has truncated the file. */
  @Test
  void aFileThatIsTooShortMayGetLonger() throws IOException {
    try (MappedRegion region = Mapping.file(path).range(0, 3 * PAGE).mapConfined();
        FileChannel channel = FileChannel.open(path, WRITE);
        NativeFile file = NativeFile.open(path, WRITE)) {
      channel.truncate(0);
      truncate(path);
      file.resize(0);
      file.resize(2 * PAGE);
      assertThrows(IllegalStateException.class, () -> file.resize(PAGE));
      file.resize(3 * PAGE);
      assertEquals(0, region.segment().get(ValueLayout.JAVA_BYTE, 3 * PAGE - 1));
    }
  }

  /** As soon as the last page of a deleted file is unmapped, a new file may get its number. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void notBecauseOfADeletedFileWithTheSameNumber(boolean shrinks) throws Throwable {
    AtomicBoolean done = new AtomicBoolean();
    Elsewhere collecting =
        Elsewhere.start(
            () -> { // makes threads wait where they return from munmap
              while (!done.get()) {
                System.gc();
              }
            });
    Elsewhere deleting = Elsewhere.start(() -> deleteMapped(folder.resolve("old"), shrinks, done));
    Path path = folder.resolve("new");
    for (int i = 0; i < 3000 && !deleting.isDone(); i++) {
      try (NativeFile file = NativeFile.open(path, CREATE, WRITE)) {
        file.resize(0);
      }
      Files.delete(path);
    }
    done.set(true);
    deleting.join();
    collecting.join();
  }

  private static void deleteMapped(Path path, boolean shrinks, AtomicBoolean done)
      throws IOException {
    while (!done.get()) {
      NativeFile file = NativeFile.open(path, CREATE, WRITE);
      file.resize(PAGE);
      try (MappedRegion region = Mapping.file(file).readWrite().mapConfined()) {
        file.close();
        Files.delete(path);
        if (shrinks) {
          region.resize(0);
        }
      }
    }
  }

  private static void truncate(Path name) {
    NativeFile.open(name, WRITE, TRUNCATE_EXISTING).close();
  }
}
