package io.mman;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Features of every platform, tested with the public API and the JDK alone. Other tests read {@code
 * /proc}, trace system calls, or compile C programs for Linux.
 */
class PortableTest {
  private static final long PAGE = Mman.pageSize();
  private static final MemorySegment ANYWHERE = MemorySegment.NULL;

  @TempDir Path folder;

  @Test
  void storesInARegionReachItsFile() throws IOException {
    Path path = folder.resolve("file");
    try (MappedRegion region = Mapping.file(path).create(3 * PAGE).mapConfined()) {
      region.segment().set(JAVA_BYTE, 2 * PAGE, (byte) 42);
      region.sync();
    }
    byte[] bytes = Files.readAllBytes(path);
    assertEquals(3 * PAGE, bytes.length);
    assertEquals(42, bytes[(int) (2 * PAGE)]);
  }

  @Test
  void aRangeMayBeginAndEndAnywhere() {
    Path path = Samples.file(folder, 3 * PAGE);
    try (MappedRegion region = Mapping.file(path).range(PAGE + 5, PAGE).mapConfined()) {
      assertArrayEquals(Samples.bytes(PAGE + 5, PAGE), Samples.bytes(region.segment()));
    }
  }

  @Test
  void copiesStayPrivate() {
    Path path = Samples.file(folder, PAGE);
    Mapping copy = Mapping.file(path).copyOnWrite().readWrite();
    try (MappedRegion region = copy.mapConfined()) {
      region.segment().fill((byte) 0);
    }
    assertArrayEquals(Samples.bytes(0, PAGE), Samples.read(path, 0, (int) PAGE));
  }

  @Test
  void protectChangesThePages() {
    try (MappedRegion region = Mapping.anonymous(PAGE).mapConfined()) {
      MemorySegment writable = region.segment();
      writable.set(JAVA_LONG, 0, 42);

      MemorySegment readable = region.protect(Protection.READ);

      assertTrue(readable.isReadOnly());
      assertEquals(42, readable.get(JAVA_LONG, 0));
      assertThrows(IllegalStateException.class, () -> writable.set(JAVA_LONG, 0, 43));
      region.protect(Protection.READ_WRITE).set(JAVA_LONG, 0, 43);
    }
  }

  @Test
  void regionsGrowInTheirReserve() {
    try (NativeFile file = create(PAGE);
        MappedRegion region = Mapping.file(file).reserve(1L << 30).mapConfined();
        MappedRegion memory = Mapping.anonymous(PAGE).reserve(1L << 30).mapConfined()) {
      file.resize(5 * PAGE);
      assertGrowsInPlace(region);
      assertGrowsInPlace(memory);
    }
  }

  private static void assertGrowsInPlace(MappedRegion region) {
    long address = region.segment().address();
    MemorySegment before = region.segment();

    MemorySegment grown = region.resize(5 * PAGE);

    assertEquals(address, grown.address());
    assertTrue(before.scope().isAlive());
    assertEquals(0, grown.get(JAVA_BYTE, 5 * PAGE - 1));
    region.resize(PAGE);
    assertEquals(PAGE, region.segment().byteSize());
  }

  /** Only Linux can move pages. Elsewhere this is refused before anything is lost. */
  @Test
  void withoutAReserveRegionsGrowWherePagesCanMove() {
    for (Mapping mapping : new Mapping[] {anonymous(), anonymous().guardPages()}) {
      try (MappedRegion region = mapping.mapConfined()) {
        region.segment().set(JAVA_LONG, 0, 42);
        if (RemapFlag.MAYMOVE.isSupported()) {
          region.resize(9 * PAGE);
        } else {
          assertThrows(UnsupportedOperationException.class, () -> region.resize(9 * PAGE));
        }
        assertEquals(42, region.segment().get(JAVA_LONG, 0));
      }
    }
  }

  private static Mapping anonymous() {
    return Mapping.anonymous(PAGE);
  }

  @Test
  void regionsAreAlignedAndGuarded() {
    Mapping mapping = anonymous().alignment(1 << 20).guardPages();
    try (MappedRegion region = mapping.mapConfined()) {
      assertEquals(0, region.segment().address() % (1 << 20));
      region.segment().fill((byte) 1);
    }
  }

  @Test
  void regionsAreSplitAndJoined() {
    try (MappedRegion region = Mapping.anonymous(4 * PAGE).mapConfined()) {
      region.segment().set(JAVA_LONG, 3 * PAGE, 42);
      try (MappedRegion rest = region.split(PAGE)) {
        assertEquals(42, rest.segment().get(JAVA_LONG, 2 * PAGE));
        region.join(rest);
      }
      assertEquals(42, region.segment().get(JAVA_LONG, 3 * PAGE));
    }
  }

  @Test
  void touchedPagesAreResidentIfThereIsMincore() throws IOException {
    Path path = Samples.file(folder, 3 * PAGE);
    try (FileChannel channel = FileChannel.open(path);
        Arena arena = Arena.ofConfined();
        MappedRegion region = Mapping.file(path).mapConfined()) {
      MappedRegion wrapper = MappedRegion.of(channel.map(MapMode.READ_ONLY, 0, 3 * PAGE, arena));
      for (MappedRegion each : new MappedRegion[] {region, wrapper}) {
        Samples.bytes(each.segment());
        if (isOpenbsd()) {
          // It has no mincore, which would disclose what other processes access.
          var e = assertThrows(UnsupportedOperationException.class, each::residency);
          assertTrue(e.getMessage().startsWith("mincore does not exist on OpenBSD"), e::getMessage);
        } else {
          assertEquals(3, each.residency().residentPages());
          assertTrue(each.isResident(1, 1));
        }
      }
    }
  }

  @Test
  void adviceOfPosixIsAccepted() {
    Path path = Samples.file(folder, 3 * PAGE);
    try (MappedRegion region = Mapping.file(path).mapConfined()) {
      for (Advice advice : EnumSet.range(Advice.NORMAL, Advice.DONTNEED)) {
        assertTrue(advice.isSupported(), advice.name());
        assertDoesNotThrow(() -> region.advise(advice), advice.name());
      }
      assertArrayEquals(Samples.bytes(0, 3 * PAGE), Samples.bytes(region.segment()));
    }
  }

  @Test
  void pagesAreLockedAndUnlocked() {
    try (MappedRegion region = anonymous().mapConfined()) {
      region.lock();
      region.unlock();
    }
  }

  @Test
  void sharedMemoryIsSeenByItsName() {
    String name = "/mman-" + ProcessHandle.current().pid(); // macOS allows 31 characters
    try (NativeFile file = NativeFile.sharedMemory(name, CREATE_NEW, WRITE);
        NativeFile other = NativeFile.sharedMemory(name)) {
      file.resize(PAGE);
      Mapping writable = Mapping.file(file).range(0, PAGE).readWrite();
      try (MappedRegion mine = writable.mapConfined();
          MappedRegion theirs = Mapping.file(other).range(0, PAGE).mapConfined()) {
        mine.segment().set(JAVA_LONG, 0, 42);
        assertEquals(42, theirs.segment().get(JAVA_LONG, 0));
      }
    } finally {
      NativeFile.unlinkSharedMemory(name);
    }
    var e = assertThrows(MmanException.class, () -> NativeFile.sharedMemory(name));
    assertSame(Errno.ENOENT, e.error());
  }

  @Test
  void filesAreLockedWhereADescriptionCanHaveALock() {
    try (NativeFile file = create(PAGE);
        NativeFile same = NativeFile.open(file.path(), WRITE)) {
      boolean first;
      try {
        first = file.tryLock(false);
      } catch (UnsupportedOperationException e) {
        return; // FreeBSD, NetBSD, OpenBSD
      }
      assertTrue(first);
      assertFalse(same.tryLock(false));
      file.unlock();
      assertTrue(same.tryLock(true));
    }
  }

  @Test
  void filesAreSizedAndWrittenToTheirDevice() {
    try (NativeFile file = create(3 * PAGE + 1)) {
      assertEquals(3 * PAGE + 1, file.size());
      file.sync();
      file.syncData();
    }
  }

  @Test
  void failuresHaveTheErrnoOfThePlatform() {
    Path missing = folder.resolve("missing");
    var e = assertThrows(MmanException.class, () -> NativeFile.open(missing));
    assertSame(Errno.ENOENT, e.error());
    assertInstanceOf(NoSuchFileException.class, e.getCause());

    // Not a misaligned address, which FreeBSD rounds down to a page.
    MemorySegment empty = MemorySegment.ofAddress(PAGE);
    e = assertThrows(MmanException.class, () -> Mman.munmap(empty));
    assertSame(Errno.EINVAL, e.error());
  }

  /** The number of another platform would mean something else. */
  @Test
  void flagsThatThePlatformLacksAreRefused() {
    for (MapFlag flag : EnumSet.allOf(MapFlag.class)) {
      if (!flag.isSupported()) {
        Set<MapFlag> flags = EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, flag);
        assertThrows(
            UnsupportedOperationException.class,
            () -> Mman.mmap(ANYWHERE, PAGE, Protection.READ, flags, -1, 0),
            flag.name());
      }
    }
  }

  private static boolean isOpenbsd() {
    return System.getProperty("os.name").equals("OpenBSD");
  }

  private NativeFile create(long size) {
    NativeFile file = NativeFile.open(folder.resolve("native"), CREATE_NEW, WRITE);
    file.resize(size);
    return file;
  }
}
