package io.mman;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.region.RegionProbe;
import io.mman.testing.ProcMaps;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The options of a request. */
class MappingTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  @Test
  void everyMethodReturnsANewRequest() {
    Path file = Samples.file(folder, 3 * PAGE);
    Mapping whole = Mapping.file(file);
    whole.copyOnWrite().protection(Protection.READ_WRITE).range(1, 2).populate();
    whole.from(5).create(10 * PAGE).preallocate().flags(MapFlag.NORESERVE).advise(Advice.RANDOM);

    try (MappedRegion region = whole.mapConfined()) {
      assertEquals(3 * PAGE, region.size());
      assertEquals("r--s", ProcMaps.of(region.segment()).perms());
      assertFalse(ProcMaps.figuresOf(region.segment()).vmFlags().contains("rr"));
    }
  }

  @Test
  void aFileIsSharedAndReadOnlyByDefault() {
    Path file = Samples.file(folder, PAGE);

    try (MappedRegion region = Mapping.file(file).mapConfined()) {
      assertEquals("r--s", ProcMaps.of(region.segment()).perms());
      assertEquals(Protection.READ, region.protection());
      assertTrue(region.segment().isReadOnly());
    }
  }

  @Test
  void anonymousMemoryIsPrivateWritableAndZeroByDefault() {
    try (MappedRegion region = Mapping.anonymous(PAGE).mapConfined()) {
      assertEquals("rw-p", ProcMaps.of(region.segment()).perms());
      assertEquals(Protection.READ_WRITE, region.protection());
      assertArrayEquals(new byte[(int) PAGE], Samples.bytes(region.segment()));
    }
  }

  @Test
  void createMakesAFileForWriting() throws IOException {
    Path file = folder.resolve("new");

    try (MappedRegion region = Mapping.file(file).create(PAGE + 1).mapConfined()) {
      assertEquals("rw-s", ProcMaps.of(region.segment()).perms());
      assertEquals(PAGE + 1, region.size());
      region.segment().set(ValueLayout.JAVA_BYTE, PAGE, (byte) 7);
    }
    assertEquals(PAGE + 1, Files.size(file));
    assertArrayEquals(new byte[] {0, 7}, Samples.read(file, PAGE - 1, 2));
  }

  @Test
  void createWithAnotherProtectionKeepsIt() {
    Mapping request = Mapping.file(folder.resolve("new")).protection(Protection.READ).create(1);

    try (MappedRegion region = request.mapConfined()) {
      assertEquals("r--s", ProcMaps.of(region.segment()).perms());
    }
  }

  @Test
  void createGivesNewFilesThePermissionsThatTheUmaskLeaves() throws IOException {
    Path theirs = Files.createFile(folder.resolve("theirs"));

    Mapping.file(folder.resolve("ours")).create(1).mapConfined().close();

    assertEquals(
        Files.getPosixFilePermissions(theirs),
        Files.getPosixFilePermissions(folder.resolve("ours")));
  }

  @Test
  void createExtendsAShorterFileAndKeepsItsBytes() throws IOException {
    Path file = Samples.file(folder, 10);

    try (MappedRegion region = Mapping.file(file).create(2 * PAGE).mapConfined()) {
      assertEquals(2 * PAGE, region.size());
      assertArrayEquals(Samples.bytes(0, 10), Samples.bytes(region.segment().asSlice(0, 10)));
      assertEquals(0, region.segment().get(ValueLayout.JAVA_BYTE, 10));
    }
    assertEquals(2 * PAGE, Files.size(file));
  }

  @Test
  void createNeverShortensAFile() throws IOException {
    Path file = Samples.file(folder, 2 * PAGE);

    try (MappedRegion region = Mapping.file(file).create(5).mapConfined()) {
      assertEquals(2 * PAGE, region.size());
    }
    assertArrayEquals(Samples.bytes(0, 2 * PAGE), Files.readAllBytes(file));
  }

  @Test
  void createWorksThroughASymbolicLink() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("target"));

    Mapping.file(link).create(5).mapConfined().close();

    assertEquals(5, Files.size(folder.resolve("target")));
    assertTrue(Files.isSymbolicLink(link));
  }

  @Test
  void preallocateGivesTheRangeItsBlocks() throws IOException {
    Path file = Samples.sparse(folder, 64 * PAGE);
    assertEquals(0, Samples.diskBytes(file));

    Mapping.file(file).range(8 * PAGE, 16 * PAGE).preallocate().mapConfined().close();

    assertTrue(Samples.diskBytes(file) >= 16 * PAGE);
    assertTrue(Samples.diskBytes(file) < 64 * PAGE);
    assertEquals(64 * PAGE, Files.size(file));
  }

  @Test
  void populateFaultsEveryPageIn() {
    Path file = Samples.file(folder, 8 * PAGE);
    Mapping cow = Mapping.file(file).copyOnWrite().protection(Protection.READ_WRITE);

    try (MappedRegion idle = Mapping.anonymous(8 * PAGE).protection(Protection.READ).mapConfined();
        MappedRegion full = cow.populate().mapConfined()) {
      assertEquals(0, ProcMaps.figuresOf(idle.segment()).figure("Rss"));
      ProcMaps.Area area = ProcMaps.figuresOf(full.segment());
      assertEquals(8 * PAGE, area.figure("Rss"));
      assertEquals(8 * PAGE, area.figure("Private_Dirty")); // no copy is left to make
    }
  }

  @Test
  void adviceIsGivenInOrderRightAfterMapping() {
    Mapping request = Mapping.anonymous(4 * PAGE).advise(Advice.DONTDUMP, Advice.DONTFORK);

    try (MappedRegion region = request.advise(Advice.DODUMP).mapConfined()) {
      var flags = ProcMaps.figuresOf(region.segment()).vmFlags();
      assertTrue(flags.contains("dc"), flags::toString); // not copied by fork
      assertFalse(flags.contains("dd"), flags::toString); // DODUMP came last
    }
  }

  @Test
  void flagsReachTheKernel() {
    Mapping request = Mapping.anonymous(4 * PAGE).flags(MapFlag.NORESERVE, MapFlag.POPULATE);

    try (MappedRegion region = request.mapConfined()) {
      ProcMaps.Area area = ProcMaps.figuresOf(region.segment());
      assertTrue(area.vmFlags().contains("nr"), area::toString);
      assertEquals(4 * PAGE, area.figure("Rss"));
    }
  }

  @Test
  void ifTwoCallsConflictTheLastOneWins() {
    Path file = Samples.file(folder, 4 * PAGE);
    Mapping request = Mapping.file(file).range(0, 5).from(PAGE).shared().copyOnWrite();

    try (MappedRegion region = request.protection(Protection.READ).mapConfined()) {
      assertEquals("r--p", ProcMaps.of(region.segment()).perms());
      assertEquals(3 * PAGE, region.size());
    }
    try (MappedRegion region = request.copyOnWrite().shared().from(9).range(1, 2).mapConfined()) {
      assertEquals("r--s", ProcMaps.of(region.segment()).perms());
      assertArrayEquals(Samples.bytes(1, 2), Samples.bytes(region.segment()));
    }
  }

  @ParameterizedTest
  @EnumSource(Protection.class)
  void pagesHaveExactlyTheRequestedProtection(Protection protection) {
    try (MappedRegion region = Mapping.anonymous(PAGE).protection(protection).mapConfined()) {
      String perms =
          (protection.canRead() ? "r" : "-")
              + (protection.canWrite() ? "w" : "-")
              + (protection.canExecute() ? "x" : "-");
      MemorySegment pages = RegionProbe.pages(region.region);
      assertEquals(perms + "p", ProcMaps.of(pages).perms());
      if (protection.canRead()) {
        assertEquals(!protection.canWrite(), region.segment().isReadOnly());
      } else {
        var e = assertThrows(IllegalStateException.class, region::segment);
        assertTrue(e.getMessage().contains(protection.name()), e::getMessage);
      }
    }
  }

  @Test
  void aRequestSaysWhatItAsksFor() {
    assertEquals(
        "Mapping[anonymous, private, READ_WRITE, 10 bytes]", Mapping.anonymous(10).toString());
    Mapping file = Mapping.file(Path.of("/x"));
    assertEquals("Mapping[\"/x\", shared, READ]", file.toString());
    assertEquals(
        "Mapping[\"/x\", private, READ_EXEC, range 5 + 10, create 20, preallocate, reserve 100,"
            + " alignment 8192, huge pages, guard pages, populate, name \"n\", flags NORESERVE,"
            + " advise [RANDOM, WILLNEED]]",
        file.copyOnWrite()
            .protection(Protection.READ_EXEC)
            .range(5, 10)
            .create(20)
            .preallocate()
            .reserve(100)
            .alignment(8192)
            .hugePages()
            .guardPages()
            .populate()
            .name("n")
            .flags(MapFlag.NORESERVE)
            .advise(Advice.RANDOM, Advice.WILLNEED)
            .toString());
    assertEquals("Mapping[\"/x\", shared, READ, from 7]", file.from(7).toString());
  }

  @Test
  void readWriteIsAProtection() {
    try (MappedRegion region =
        Mapping.anonymous(1).protection(Protection.READ).readWrite().mapConfined()) {
      assertEquals(Protection.READ_WRITE, region.protection());
    }
    assertEquals(
        "Mapping[\"/x\", shared, READ_WRITE]", Mapping.file(Path.of("/x")).readWrite().toString());
  }
}
