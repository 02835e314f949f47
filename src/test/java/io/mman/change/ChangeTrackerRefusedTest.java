package io.mman.change;

import static io.mman.change.Tracked.PAGE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Errno;
import io.mman.LockFlag;
import io.mman.MapFlag;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.testing.Elsewhere;
import io.mman.testing.HugePagePool;
import io.mman.testing.OpenFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests which regions cannot be tracked, and which methods a tracked region refuses. */
class ChangeTrackerRefusedTest {
  @TempDir Path folder;

  @BeforeEach
  void requireSupport() {
    assumeTrue(ChangeTracker.isSupported(), "the kernel cannot track changes");
  }

  /** Changes of a region of four pages. */
  enum Change {
    GROW(region -> region.resize(5 * PAGE)),
    SHRINK(region -> region.resize(PAGE)),
    EXTEND(region -> region.extend(5 * PAGE)),
    SPLIT(region -> region.split(2 * PAGE));

    private final Consumer<MappedRegion> change;

    Change(Consumer<MappedRegion> change) {
      this.change = change;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTrackedRegionRefusesToBecomeAnother(Change change) {
    try (MappedRegion region = Mapping.anonymous(4 * PAGE).reserve(8 * PAGE).mapShared()) {
      MemorySegment view = region.segment();
      try (ChangeTracker tracker = ChangeTracker.of(region)) {
        var e = assertThrows(IllegalStateException.class, () -> change.change.accept(region));
        assertEquals("a ChangeTracker tracks the region: close it first", e.getMessage());

        view.set(JAVA_BYTE, 3 * PAGE, (byte) 1);
        assertEquals(PAGE, tracker.take().bytes());
        region.resize(4 * PAGE); // no change
      }
      change.change.accept(region);
    }
  }

  @Test
  void trackedPagesOfADiskCannotBeLocked() throws IOException {
    Path file = Files.write(folder.resolve("file"), new byte[(int) (4 * PAGE)]);
    try (MappedRegion region = Mapping.file(file).readWrite().copyOnWrite().mapShared()) {
      try (ChangeTracker tracker = ChangeTracker.of(region)) {
        assertThrows(IllegalStateException.class, region::lock);
        assertThrows(IllegalStateException.class, () -> region.lock(PAGE, PAGE, LockFlag.ONFAULT));
        assertTrue(tracker.take().isEmpty());
      }
      region.lock();
    }
  }

  @Test
  void lockedPagesOfADiskCannotBeTracked() throws IOException {
    Path file = Files.write(folder.resolve("file"), new byte[(int) (4 * PAGE)]);
    try (MappedRegion region = Mapping.file(file).readWrite().mapShared()) {
      region.lock(PAGE, PAGE, LockFlag.ONFAULT);
      assertThrows(IllegalStateException.class, () -> ChangeTracker.of(region));
      region.unlock();
      ChangeTracker.of(region).close();
    }
    Mapping locked = Mapping.file(file).readWrite().flags(MapFlag.LOCKED);
    try (MappedRegion region = locked.mapShared()) {
      assertThrows(IllegalStateException.class, () -> ChangeTracker.of(region));
    }
  }

  @Test
  void memoryIsTrackedWhileItIsLocked() {
    try (NativeFile memory = NativeFile.memory("locked", 4 * PAGE);
        MappedRegion shared = Mapping.file(memory).readWrite().mapShared();
        MappedRegion anonymous = Mapping.anonymous(4 * PAGE).mapShared()) {
      for (MappedRegion region : List.of(shared, anonymous)) {
        region.lock(0, PAGE);
        try (ChangeTracker tracker = ChangeTracker.of(region)) {
          region.lock();
          tracker.take();
          region.segment().set(JAVA_BYTE, 2 * PAGE, (byte) 1);
          assertTrue(tracker.take().contains(2 * PAGE));
        }
      }
    }
  }

  @Test
  void trackedRegionsCannotBeJoined() {
    try (MappedRegion first = Mapping.anonymous(4 * PAGE).mapShared();
        MappedRegion second = first.split(2 * PAGE)) {
      try (ChangeTracker tracker = ChangeTracker.of(first)) {
        assertThrows(IllegalStateException.class, () -> first.join(second));
        assertTrue(tracker.take().isEmpty());
      }
      try (ChangeTracker tracker = ChangeTracker.of(second)) {
        assertThrows(IllegalStateException.class, () -> first.join(second));
        assertTrue(tracker.take().isEmpty());
      }
      first.join(second);
    }
  }

  @Test
  void aClosedTrackerTakesNothing() {
    try (MappedRegion region = Mapping.anonymous(PAGE).mapShared()) {
      ChangeTracker tracker = ChangeTracker.of(region);
      tracker.close();
      tracker.close();
      var e = assertThrows(IllegalStateException.class, tracker::take);
      assertEquals("the tracker is closed", e.getMessage());
    }
  }

  @Test
  void aTrackerOfAClosedRegionCanOnlyBeClosed() {
    MappedRegion region = Mapping.anonymous(PAGE).mapShared();
    try (ChangeTracker tracker = ChangeTracker.of(region)) {
      region.close();
      var e = assertThrows(IllegalStateException.class, tracker::take);
      assertEquals("the region is closed", e.getMessage());
    }
    assertThrows(IllegalStateException.class, () -> ChangeTracker.of(region));
  }

  /** The kernel maps the next region at the address of the last one of that size. */
  @Test
  void closingTheTrackerOfAClosedRegionLeavesAnotherAtItsAddressAlone() {
    long size = 500L << 20;
    MappedRegion region = Mapping.anonymous(size).mapShared();
    long address = region.segment().address();
    ChangeTracker tracker = ChangeTracker.of(region);
    region.close();
    try (MappedRegion next = Mapping.anonymous(size).mapShared();
        ChangeTracker ofNext = ChangeTracker.of(next)) {
      assumeTrue(next.segment().address() == address, "the address was taken by others");
      tracker.close();
      next.segment().set(JAVA_BYTE, 0, (byte) 1);
      assertEquals(PAGE, ofNext.take().bytes());
    }
  }

  @Test
  void aTrackerOfABorrowedRegionEndsWithItsArena() {
    ChangeTracker tracker;
    try (Arena arena = Arena.ofShared()) {
      tracker = ChangeTracker.of(Mapping.anonymous(PAGE).map(arena));
    }
    assertThrows(IllegalStateException.class, tracker::take);
    tracker.close();
  }

  @Test
  void aConfinedRegionIsTrackedByItsThreadOnly() throws Throwable {
    try (MappedRegion region = Mapping.anonymous(PAGE).mapConfined()) {
      Elsewhere.run(() -> assertThrows(WrongThreadException.class, () -> ChangeTracker.of(region)));
      try (ChangeTracker tracker = ChangeTracker.of(region)) {
        Elsewhere.run(() -> assertThrows(WrongThreadException.class, tracker::take));
        Elsewhere.run(() -> assertThrows(WrongThreadException.class, tracker::close));
        region.segment().set(JAVA_BYTE, 0, (byte) 1);
        assertEquals(PAGE, tracker.take().bytes());
      }
    }
  }

  @Test
  void aSealedRegionIsTracked() {
    MappedRegion region = Mapping.anonymous(2 * PAGE).mapShared();
    try (ChangeTracker tracker = ChangeTracker.of(region)) {
      try {
        region.seal();
      } catch (MmanException e) {
        assumeTrue(e.error() != Errno.ENOSYS, "the kernel is older than 6.10");
        throw e;
      }
      region.segment().set(JAVA_BYTE, 0, (byte) 1);
      assertEquals(PAGE, tracker.take().bytes());
    }
    try (ChangeTracker tracker = ChangeTracker.of(region)) {
      region.segment().set(JAVA_BYTE, 0, (byte) 1);
      assertEquals(PAGE, tracker.take().bytes());
      region.close();
    }
  }

  private static void assertUnsupported(String reason, MappedRegion region) {
    try (region) {
      String before = OpenFiles.all().toString();
      var e = assertThrows(UnsupportedOperationException.class, () -> ChangeTracker.of(region));
      assertTrue(e.getMessage().contains(reason), e.getMessage());
      assertEquals(before, OpenFiles.all().toString());
      assertThrows(UnsupportedOperationException.class, () -> ChangeTracker.of(region));
    }
  }

  @Test
  void regionsWhosePagesChangeByThemselvesAreRefused() {
    Path file = folder.resolve("file");
    assertUnsupported(
        "survives bus errors", Mapping.file(file).create(PAGE).surviveBusErrors().mapShared());
    assertUnsupported(
        "device", Mapping.file(Path.of("/dev/zero")).range(0, PAGE).copyOnWrite().mapShared());
    if (MapFlag.DROPPABLE.isSupported()) {
      assertUnsupported("DROPPABLE", Mapping.anonymous(PAGE).flags(MapFlag.DROPPABLE).mapShared());
    }
  }

  @Test
  void aMappingMadeElsewhereIsRefused() {
    try (MappedRegion region = Mapping.anonymous(PAGE).mapShared()) {
      MappedRegion other = MappedRegion.of(region.segment());
      assertThrows(IllegalStateException.class, () -> ChangeTracker.of(other));
    }
  }

  @Test
  void explicitHugePagesAreTrackedAsAWhole() {
    try (HugePagePool pool = HugePagePool.open()) {
      pool.fill(3);
      try (MappedRegion region =
              Mapping.anonymous(3 * pool.page).flags(MapFlag.HUGETLB).mapShared();
          ChangeTracker tracker = ChangeTracker.of(region)) {
        region.segment().get(JAVA_BYTE, 0);
        tracker.take();
        region.segment().set(JAVA_BYTE, pool.page + 5 * PAGE, (byte) 1);
        PageRanges changed = tracker.take();
        assertEquals(pool.page, changed.bytes());
        assertTrue(changed.contains(pool.page));
        assertTrue(tracker.take().isEmpty());
      }
    }
  }
}
