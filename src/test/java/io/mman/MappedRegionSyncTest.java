package io.mman;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ProcMaps;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks with smaps and plain reads which bytes reach the file and which stay in memory. */
class MappedRegionSyncTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  private Mapping writable(long pages) {
    return Mapping.file(Samples.file(folder, pages * PAGE)).protection(Protection.READ_WRITE);
  }

  @Test
  void syncCleansTheDirtyPagesOfTheWholeRegion() {
    try (MappedRegion region = writable(8).mapConfined()) {
      region.sync(); // the sample itself
      region.segment().fill((byte) 5);
      assertEquals(8 * PAGE, dirty(region));
      region.sync();
      assertEquals(0, dirty(region));
    }
  }

  @Test
  void syncOfARangeCleansThePagesThatItTouchesAndNotTheRest() {
    try (MappedRegion region = writable(2048).mapConfined()) {
      region.sync();
      region.segment().fill((byte) 5);
      assertEquals(2048 * PAGE, dirty(region));
      region.sync(5, 0);
      assertEquals(2048 * PAGE, dirty(region));
      region.sync(2 * PAGE + 1, PAGE); // touches two pages; the file system may write more of them
      assertTrue(dirty(region) <= 2046 * PAGE);
      assertTrue(dirty(region) >= 1024 * PAGE);
      region.sync(PAGE - 1, 2046 * PAGE + 2);
      assertEquals(0, dirty(region));
      var e =
          assertThrows(
              MmanException.class, () -> Mman.msync(region.segment().asSlice(1), SyncFlag.SYNC));
      assertEquals(Errno.EINVAL, e.error()); // the caller need not round
    }
  }

  @Test
  void asyncAndInvalidateAreAcceptedSyncWithAsyncIsNot() {
    try (MappedRegion region = writable(2).mapShared()) {
      region.sync(1, PAGE, SyncFlag.ASYNC);
      region.sync(1, PAGE, SyncFlag.SYNC, SyncFlag.INVALIDATE);
      region.sync(1, PAGE, SyncFlag.INVALIDATE);
      var e =
          assertThrows(MmanException.class, () -> region.sync(1, 1, SyncFlag.SYNC, SyncFlag.ASYNC));
      assertEquals(Errno.EINVAL, e.error());
      assertEquals("msync", e.call());
      region.lock(PAGE, 1);
      e = assertThrows(MmanException.class, () -> region.sync(0, 2 * PAGE, SyncFlag.INVALIDATE));
      assertEquals(Errno.EBUSY, e.error());
      assertTrue(e.getMessage().contains("locked"), e::getMessage);
    }
  }

  @Test
  void aSharedWriteIsInTheFileAtOnceACopyOnWriteNever() throws IOException {
    Path file = Samples.file(folder, 2 * PAGE);
    Mapping request = Mapping.file(file).protection(Protection.READ_WRITE).range(PAGE - 2, 4);
    try (MappedRegion shared = request.mapConfined();
        MappedRegion own = request.copyOnWrite().mapConfined()) {
      own.segment().fill((byte) 7);
      own.sync();
      assertArrayEquals(Samples.bytes(0, 2 * PAGE), Files.readAllBytes(file));
      shared.segment().fill((byte) 9);
      assertArrayEquals(new byte[] {9, 9, 9, 9}, Samples.read(file, PAGE - 2, 4));
      assertArrayEquals(new byte[] {7, 7, 7, 7}, Samples.bytes(own.segment()));
    }
    assertArrayEquals(new byte[] {9, 9, 9, 9}, Samples.read(file, PAGE - 2, 4));
    assertEquals(Samples.at(PAGE - 3), Samples.read(file, PAGE - 3, 1)[0]);
    assertEquals(Samples.at(PAGE + 2), Samples.read(file, PAGE + 2, 1)[0]);
  }

  @Test
  void lockKeepsThePagesThatItTouches() {
    try (MappedRegion region = Mapping.anonymous(8 * PAGE).mapConfined()) {
      region.lock(PAGE + 5, PAGE); // touches two pages, and faults them in
      assertEquals(2, region.residentPages(0, 8 * PAGE));
      assertEquals(2 * PAGE, ProcMaps.figuresOf(region.segment().asSlice(PAGE)).figure("Locked"));
      region.lock(PAGE + 5, PAGE); // does not nest
      region.unlock(2 * PAGE, 1);
      assertEquals(PAGE, ProcMaps.figuresOf(region.segment().asSlice(PAGE)).figure("Locked"));
      region.unlock();
      assertEquals(0, ProcMaps.figuresOf(region.segment()).figure("Locked"));
      region.lock();
      assertEquals(8 * PAGE, ProcMaps.figuresOf(region.segment()).figure("Locked"));
      var e = assertThrows(MmanException.class, () -> region.advise(Advice.DONTNEED));
      assertEquals(Errno.EINVAL, e.error());
      region.advise(Advice.DONTNEED_LOCKED);
      assertEquals(0, region.residentPages(0, 8 * PAGE));
    }
  }

  @Test
  void lockOnFaultLocksPagesAsTheyAreTouched() {
    try (MappedRegion region = Mapping.anonymous(8 * PAGE).mapShared()) {
      region.lock(LockFlag.ONFAULT);
      assertEquals(0, region.residentPages(0, 8 * PAGE));
      assertTrue(ProcMaps.figuresOf(region.segment()).vmFlags().contains("lo"));
      assertTrue(ProcMaps.figuresOf(region.segment()).vmFlags().contains("lf"));
      region.segment().asSlice(3 * PAGE).fill((byte) 1);
      assertEquals(5 * PAGE, ProcMaps.figuresOf(region.segment()).figure("Locked"));
      region.unlock(1, 8 * PAGE - 1);
      assertEquals(0, ProcMaps.figuresOf(region.segment()).figure("Locked"));
    }
  }

  @Test
  void pagesPastTheEndOfAFileCannotBeLocked() {
    Path path = Samples.file(folder, 8 * PAGE);
    try (MappedRegion region = Mapping.file(path).mapConfined()) {
      Samples.resize(path, PAGE);
      region.lock(0, PAGE);
      var e = assertThrows(MmanException.class, () -> region.lock(PAGE, PAGE));
      assertEquals(Errno.ENOMEM, e.error());
      assertEquals("mlock", e.call());
      assertTrue(e.getMessage().contains("past the end of the file"), e::getMessage);
      region.unlock();
    }
  }

  @Test
  void populateReadFaultsSharedPagesAndCopiesPrivateOnes() {
    try (MappedRegion shared = writable(8).mapConfined();
        MappedRegion own = writable(8).copyOnWrite().mapConfined();
        MappedRegion read = writable(8).protection(Protection.READ).copyOnWrite().mapConfined()) {
      shared.sync();
      for (MappedRegion region : new MappedRegion[] {shared, own, read}) {
        region.populate(PAGE + 1, PAGE); // touches two pages
      }
      assertEquals(0, dirty(shared));
      assertTrue(ProcMaps.figuresOf(shared.segment()).figure("Rss") >= 2 * PAGE);
      assertEquals(2 * PAGE, ProcMaps.figuresOf(own.segment()).figure("Private_Dirty"));
      assertEquals(0, ProcMaps.figuresOf(read.segment()).figure("Private_Dirty"));
      shared.advise(Advice.POPULATE_WRITE, PAGE + 1, PAGE);
      assertTrue(dirty(shared) >= 2 * PAGE); // the file system may fault in more at once
    }
  }

  @Test
  void populateOfPagesThatMayOnlyBeWrittenWrites() {
    Mapping request = Mapping.anonymous(4 * PAGE).protection(Protection.WRITE);
    try (MappedRegion own = request.mapConfined();
        MappedRegion shared = request.shared().mapConfined()) {
      own.populate();
      shared.populate();
      assertEquals(4, own.residentPages(0, 4 * PAGE));
      assertEquals(4, shared.residentPages(0, 4 * PAGE));
    }
  }

  @Test
  void readAndWriteCopyAnyBytesBetweenAnySegments() {
    try (MappedRegion region = writable(40).mapConfined()) {
      for (long size : new long[] {0, 1, PAGE - 1, PAGE, 35 * PAGE + 3}) { // larger than one buffer
        MemorySegment heap = MemorySegment.ofArray(new byte[(int) size]);
        assertEquals(size, region.read(PAGE - 1, heap));
        assertArrayEquals(Samples.bytes(PAGE - 1, size), Samples.bytes(heap));
        MemorySegment nativeCopy = Arena.ofAuto().allocate(size);
        assertEquals(size, region.read(PAGE - 1, nativeCopy));
        assertEquals(-1, nativeCopy.mismatch(heap));
      }
      MemorySegment ints = MemorySegment.ofArray(new int[] {1, -2, 3}).asSlice(1, 10);
      assertEquals(10, region.write(2 * PAGE - 3, ints));
      assertEquals(-1, region.segment().asSlice(2 * PAGE - 3, 10).mismatch(ints));
      assertEquals(20 * PAGE, region.write(7, region.segment().asSlice(20 * PAGE)));
      assertArrayEquals(
          Samples.bytes(20 * PAGE, 20 * PAGE),
          Samples.bytes(region.segment().asSlice(7, 20 * PAGE)));
      MemorySegment readOnly = MemorySegment.ofArray(new byte[5]).asReadOnly();
      assertEquals(5, region.write(0, readOnly));
      assertThrows(IllegalArgumentException.class, () -> region.read(0, readOnly));
      assertThrows(
          IllegalArgumentException.class, () -> region.read(0, region.segment().asReadOnly()));
    }
  }

  /** Dirty pages of a shared file are private while only one process has mapped them. */
  private static long dirty(MappedRegion region) {
    ProcMaps.Area area = ProcMaps.figuresOf(region.segment());
    return area.figure("Private_Dirty") + area.figure("Shared_Dirty");
  }
}
