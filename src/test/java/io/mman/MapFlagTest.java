package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.error.HugePages;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MapFlagTest {
  private static final MemorySegment ANYWHERE = MemorySegment.NULL;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "JIT",
        "NOCACHE",
        "NOEXTEND",
        "GUARD",
        "EXCL",
        "ALIGNED_SUPER",
        "WIRED",
        "CONCEAL"
      })
  void aFlagOfAnotherSystemIsRefusedByNameWhenItIsUsed(String name) {
    MapFlag flag = MapFlag.valueOf(name);
    assertFalse(flag.isSupported());

    Set<MapFlag> flags = Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, flag);
    var e =
        assertThrows(
            UnsupportedOperationException.class,
            () -> Mman.mmap(ANYWHERE, 4096, Protection.READ, flags, -1, 0));
    assertTrue(e.getMessage().startsWith("MAP_" + name + " does not exist on Linux ("));
  }

  @Test
  void everyFlagOfLinuxIsSupported() {
    Set<MapFlag> foreign = EnumSet.range(MapFlag.NOEXTEND, MapFlag.CONCEAL); // macOS and the BSDs
    for (MapFlag flag : MapFlag.values()) {
      assertEquals(!foreign.contains(flag), flag.isSupported(), flag::name);
    }
    assertTrue(List.of(SyncFlag.values()).stream().allMatch(SyncFlag::isSupported));
    assertTrue(List.of(RemapFlag.values()).stream().allMatch(RemapFlag::isSupported));
    assertTrue(List.of(LockFlag.values()).stream().allMatch(LockFlag::isSupported));
    assertTrue(List.of(LockAllFlag.values()).stream().allMatch(LockAllFlag::isSupported));
    assertTrue(List.of(MemfdFlag.values()).stream().allMatch(MemfdFlag::isSupported));
    assertTrue(List.of(FileSeal.values()).stream().allMatch(FileSeal::isSupported));
    assertTrue(List.of(FileAdvice.values()).stream().allMatch(FileAdvice::isSupported));
  }

  /** 1|2 is 3: two of them would reach the kernel as a third. */
  @Test
  void twoSharingsContradictEachOther() {
    Set<MapFlag> sharings =
        EnumSet.of(MapFlag.SHARED, MapFlag.PRIVATE, MapFlag.SHARED_VALIDATE, MapFlag.DROPPABLE);
    for (MapFlag one : sharings) {
      for (MapFlag other : EnumSet.complementOf(EnumSet.of(one))) {
        if (sharings.contains(other)) {
          assertRefused(one, other);
        }
      }
    }
  }

  @Test
  void twoHugePageSizesContradictEachOther() {
    Set<MapFlag> sizes = EnumSet.range(MapFlag.HUGE_16KB, MapFlag.HUGE_16GB);
    assertEquals(13, sizes.size());
    for (MapFlag size : sizes) {
      assertRefused(size, size == MapFlag.HUGE_2MB ? MapFlag.HUGE_1GB : MapFlag.HUGE_2MB);
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> NativeFile.memory("x", 0, MemfdFlag.HUGE_2MB, MemfdFlag.HUGE_1GB));
  }

  private static void assertRefused(MapFlag one, MapFlag other) {
    Set<MapFlag> flags = new LinkedHashSet<>(List.of(MapFlag.ANONYMOUS, one, other));
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Mman.mmap(ANYWHERE, 4096, Protection.READ, flags, -1, 0));
    assertEquals(one + " and " + other + " exclude each other", e.getMessage());
  }

  @ParameterizedTest
  @EnumSource(names = "HUGE_.*", mode = EnumSource.Mode.MATCH_ALL)
  void aHugePageSizeIsTheOneInItsName(MapFlag flag) {
    String name = flag.name();
    long number = Long.parseLong(name.replaceAll("\\D", ""));
    int shift = name.endsWith("KB") ? 10 : name.endsWith("MB") ? 20 : 30;

    assertTrue(HugePages.isSize(flag));
    assertEquals(number << shift, HugePages.explicitBytes(EnumSet.of(MapFlag.HUGETLB, flag)));
  }

  /** C's numbers are public, for code that makes calls of its own. */
  @Test
  void aFlagHasANumberOrSaysThatThePlatformLacksIt() {
    assertEquals(7, Protection.READ_WRITE_EXEC.bits());
    assertEquals(0, Protection.NONE.bits());
    assertEquals(0x8000, MapFlag.POPULATE.bits());
    assertEquals(34 << 26, MapFlag.HUGE_16GB.bits());
    assertEquals(21, Advice.PAGEOUT.number());
    assertEquals(4, SyncFlag.SYNC.bits());
    assertEquals(2, RemapFlag.FIXED.bits());
    assertEquals(1, LockFlag.ONFAULT.bits());
    assertEquals(2, MemfdFlag.ALLOW_SEALING.bits());
    assertEquals(8, FileSeal.WRITE.bits());
    var e = assertThrows(UnsupportedOperationException.class, MapFlag.JIT::bits);
    assertTrue(e.getMessage().startsWith("MAP_JIT does not exist on Linux"), e::getMessage);
    assertThrows(UnsupportedOperationException.class, Advice.ZERO::number);
  }
}
