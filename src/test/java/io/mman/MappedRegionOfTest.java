package io.mman;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ProcMaps;
import io.mman.testing.Samples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Regions that wrap a mapping made elsewhere, mostly by FileChannel. */
class MappedRegionOfTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  private static MemorySegment map(Path file, MapMode mode, Arena arena) {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(mode, 0, channel.size(), arena);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aWritableSegmentTakesAllCalls() {
    Path file = Samples.file(folder, 8 * PAGE);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = map(file, MapMode.READ_WRITE, arena);
      MappedRegion region = MappedRegion.of(mapped);
      assertSame(mapped, region.segment());
      assertEquals(8 * PAGE, region.size());
      assertEquals(Protection.READ_WRITE, region.protection());
      region.sync();
      mapped.fill((byte) 5);
      region.sync();
      ProcMaps.Area area = ProcMaps.figuresOf(mapped);
      assertEquals(0, area.figure("Private_Dirty") + area.figure("Shared_Dirty"));
      region.lock(5, 1);
      assertEquals(PAGE, ProcMaps.figuresOf(mapped).figure("Locked"));
      region.unlock();
      region.populate();
      assertTrue(region.isResident(0, 8 * PAGE));
      assertEquals(8, region.residency().residentPages());
      region.advise(Advice.SEQUENTIAL);
      assertTrue(ProcMaps.figuresOf(mapped).vmFlags().contains("sr"));
      assertEquals(3, region.write(PAGE - 1, MemorySegment.ofArray(new byte[] {1, 2, 3})));
      byte[] copy = new byte[3];
      assertEquals(3, region.read(PAGE - 1, MemorySegment.ofArray(copy)));
      assertArrayEquals(copy, Samples.read(file, PAGE - 1, 3));
    }
  }

  @Test
  void aSliceMayBeginAndEndInsideAPage() {
    Path file = Samples.file(folder, 8 * PAGE);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment mapped = map(file, MapMode.PRIVATE, arena);
      mapped.fill((byte) 9);
      MappedRegion region = MappedRegion.of(mapped.asSlice(PAGE + 5, 3 * PAGE));
      assertEquals(4, region.residency().pages());
      assertEquals(3 * PAGE, region.residency().residentBytes());
      assertEquals(4, region.residentPages(0, 3 * PAGE));
      assertEquals(1, region.residentPages(0, PAGE - 5));
      assertTrue(region.residency(1, 2).isResident(2));
      region.lock(0, 1);
      ProcMaps.Area locked = ProcMaps.figuresOf(mapped.asSlice(PAGE));
      assertEquals(mapped.address() + PAGE, locked.start());
      assertEquals(PAGE, locked.figure("Locked"));
      region.unlock();
      region.sync(0, 1);
      region.populate(2 * PAGE, PAGE);
      byte[] copy = new byte[7];
      assertEquals(7, region.read(PAGE - 6, MemorySegment.ofArray(copy)));
      assertArrayEquals(new byte[] {9, 9, 9, 9, 9, 9, 9}, copy);
    }
  }

  @Test
  void discardingASliceChangesNoNeighbour() {
    Path file = Samples.file(folder, 8 * PAGE);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = map(file, MapMode.PRIVATE, arena);
      for (long[] slice :
          new long[][] {
            {PAGE + 5, 3 * PAGE}, {1, PAGE}, {PAGE - 1, 2}, {PAGE, PAGE}, {0, 8 * PAGE - 1}, {9, 1}
          }) {
        mapped.fill((byte) 99);
        MappedRegion.of(mapped.asSlice(slice[0], slice[1])).advise(Advice.DONTNEED);
        long first = (slice[0] + PAGE - 1) / PAGE * PAGE;
        long end = (slice[0] + slice[1]) / PAGE * PAGE;
        for (long i = 0; i < 8 * PAGE; i++) {
          byte expected = i >= first && i < end ? Samples.at(i) : 99;
          assertEquals(expected, mapped.get(ValueLayout.JAVA_BYTE, i));
        }
      }
    }
  }

  @Test
  void aReadOnlySegmentIsNeverChanged() {
    Path file = Samples.file(folder, 2 * PAGE);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment writable = map(file, MapMode.READ_WRITE, arena);
      for (MemorySegment readOnly :
          List.of(writable.asReadOnly(), map(file, MapMode.READ_ONLY, arena))) {
        MappedRegion region = MappedRegion.of(readOnly);
        assertEquals(Protection.READ, region.protection());
        assertThrows(
            IllegalArgumentException.class,
            () -> region.write(0, MemorySegment.ofArray(new byte[1])));
        for (Advice advice : Advice.values()) {
          if (advice.isDiscarding() && advice.isSupported()) {
            assertThrows(IllegalArgumentException.class, () -> region.advise(advice));
            assertThrows(IllegalArgumentException.class, () -> region.advise(advice, PAGE, 0));
          }
        }
        region.advise(Advice.WILLNEED);
        region.populate();
        region.sync();
        assertTrue(region.isResident(0, 2 * PAGE));
      }
      assertArrayEquals(Samples.bytes(0, 2 * PAGE), Samples.read(file, 0, (int) (2 * PAGE)));
    }
  }

  @Test
  void aReadOnlyLookDiscardsNoPagesOfTheOwner() {
    try (MappedRegion owner = Mapping.anonymous(4 * PAGE).mapConfined()) {
      owner.segment().fill((byte) 7);
      MappedRegion look = MappedRegion.of(owner.segment().asReadOnly());
      var e =
          assertThrows(IllegalArgumentException.class, () -> look.advise(Advice.DONTNEED, 0, PAGE));
      assertEquals("this region wraps a read-only segment", e.getMessage());
      assertEquals(7, owner.segment().get(ValueLayout.JAVA_BYTE, 0));

      owner.protect(Protection.READ); // the owner still decides about its own pages
      owner.advise(Advice.DONTNEED, 0, PAGE);
      assertEquals(0, owner.segment().get(ValueLayout.JAVA_BYTE, 0));
    }
  }

  @Test
  void protectionAndLifetimeAreNotTheRegionsOwn() {
    Path file = Samples.file(folder, PAGE);
    MappedRegion region;
    try (Arena arena = Arena.ofShared()) {
      region = MappedRegion.of(map(file, MapMode.READ_WRITE, arena));
      MappedRegion wrapper = region;
      for (Protection protection : Protection.values()) {
        assertThrows(IllegalStateException.class, () -> wrapper.protect(protection));
      }
      assertTrue(region.isAlive());
      assertEquals("rw-s", ProcMaps.of(region.segment()).perms());
    }
    assertFalse(region.isAlive());
    assertThrows(IllegalStateException.class, region::segment);
    assertThrows(IllegalStateException.class, region::sync);
    assertEquals(PAGE, region.size());
  }

  @Test
  void aRegionOfAViewIsRevokedWithTheView() {
    try (MappedRegion region = Mapping.anonymous(PAGE).mapShared()) {
      MappedRegion wrapper = MappedRegion.of(region.segment().asSlice(1));
      wrapper.sync();
      region.protect(Protection.READ);
      assertFalse(wrapper.isAlive());
      assertThrows(
          IllegalStateException.class, () -> wrapper.write(0, MemorySegment.ofArray(new byte[1])));
      assertThrows(IllegalStateException.class, wrapper::lock);
    }
  }

  @Test
  void memoryOfAnArenaTakesCallsTooHeapMemoryDoesNot() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment allocated = arena.allocate(5 * PAGE).fill((byte) 1);
      MappedRegion region = MappedRegion.of(allocated.asSlice(3, 4 * PAGE));
      region.advise(Advice.DONTNEED);
      assertEquals(1, allocated.get(ValueLayout.JAVA_BYTE, 2));
      assertEquals(1, allocated.get(ValueLayout.JAVA_BYTE, 4 * PAGE + 3));
      region.lock(0, 10);
      region.unlock();
      assertTrue(region.residentPages(0, 4 * PAGE) >= 1);
    }
    MappedRegion nothing = MappedRegion.of(MemorySegment.NULL);
    nothing.sync();
    assertEquals(0, nothing.residency().pages());
    MemorySegment heap = MemorySegment.ofArray(new long[3]);
    assertThrows(IllegalArgumentException.class, () -> MappedRegion.of(heap));
  }
}
