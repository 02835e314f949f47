package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.platform.Platform;
import io.mman.testing.Injection;
import io.mman.testing.TracedThread;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlagsTest {
  private static final MemorySegment ANYWHERE = MemorySegment.NULL;

  @ParameterizedTest
  @EnumSource
  void protectionIsTheExactCombinationItsNameSays(Protection protection) {
    List<String> rights = List.of(protection.name().split("_"));

    assertEquals(rights.contains("READ"), protection.canRead());
    assertEquals(rights.contains("WRITE"), protection.canWrite());
    assertEquals(rights.contains("EXEC"), protection.canExecute());
    assertEquals(8, Protection.values().length);
  }

  @Test
  void aProtectionIncludesThoseThatAllowNoMore() {
    for (Protection one : Protection.values()) {
      for (Protection other : Protection.values()) {
        boolean covered =
            (one.canRead() || !other.canRead())
                && (one.canWrite() || !other.canWrite())
                && (one.canExecute() || !other.canExecute());
        assertEquals(covered, one.includes(other), one + " includes " + other);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aProtectionIsSpelledAsProcDoes(Protection protection) {
    String expected =
        (protection.canRead() ? "r" : "-")
            + (protection.canWrite() ? "w" : "-")
            + (protection.canExecute() ? "x" : "-");
    assertEquals(expected, protection.letters());
    assertEquals("r-x", Protection.READ_EXEC.letters());
  }

  @Test
  void flagsOfMlockallAddUp() {
    assertEquals(0, LockAllFlag.bits(new LockAllFlag[0]));
    int both = LockAllFlag.bits(LockAllFlag.CURRENT, LockAllFlag.FUTURE);
    assertEquals(LockAllFlag.CURRENT.bits() | LockAllFlag.FUTURE.bits(), both);
    assertEquals(
        both, LockAllFlag.bits(LockAllFlag.CURRENT, LockAllFlag.FUTURE, LockAllFlag.FUTURE));
    assertTrue(LockAllFlag.CURRENT.bits() != 0);
  }

  @Test
  void twoSizesOfHugePagesExcludeEachOther() {
    assertEquals(4 | 21 << 26, MemfdFlag.bits(MemfdFlag.HUGETLB, MemfdFlag.HUGE_2MB));
    assertEquals(4 | 30 << 26, MemfdFlag.bits(MemfdFlag.HUGETLB, MemfdFlag.HUGE_1GB));
    assertThrows(
        IllegalArgumentException.class,
        () -> MemfdFlag.bits(MemfdFlag.HUGE_1GB, MemfdFlag.HUGETLB, MemfdFlag.HUGE_2MB));
  }

  @Test
  void aPlatformHasTheNumbersItsHeadersHave() {
    assertTrue(MapFlag.NORESERVE.numbers().isOn(Platform.LINUX));
    assertFalse(MapFlag.NORESERVE.numbers().isOn(Platform.FREEBSD));
  }

  @Test
  void aSizeThatIsRefusedIsNamedWithTheReason() {
    var negative =
        assertThrows(IllegalArgumentException.class, () -> PageRange.requireSize("size", -1));
    assertEquals("size is negative: -1", negative.getMessage());
    long tooLarge = PageRange.MAX_BYTES + 1;
    var large =
        assertThrows(IllegalArgumentException.class, () -> PageRange.requireSize("size", tooLarge));
    assertEquals("size is too large: " + tooLarge, large.getMessage());
    assertEquals(PageRange.MAX_BYTES, PageRange.requireSize("size", PageRange.MAX_BYTES));
    assertEquals(0, PageRange.requireSize("size", 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"JIT", "NOCACHE", "NOEXTEND", "GUARD", "EXCL", "ALIGNED_SUPER"})
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

  @ParameterizedTest
  @ValueSource(strings = {"FREE_REUSABLE", "FREE_REUSE", "ZERO", "NOSYNC", "PROTECT"})
  void adviceOfAnotherSystemIsRefusedByNameWhenItIsUsed(String name) {
    Advice advice = Advice.valueOf(name);
    assertFalse(advice.isSupported());

    var e =
        assertThrows(
            UnsupportedOperationException.class, () -> Mman.madvise(MemorySegment.NULL, advice));
    assertTrue(e.getMessage().startsWith("MADV_" + name + " does not exist on Linux ("));
  }

  @Test
  void everyFlagOfLinuxIsSupported() {
    Set<MapFlag> foreign =
        EnumSet.range(MapFlag.NOEXTEND, MapFlag.ALIGNED_SUPER); // macOS and FreeBSD
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

  @Test
  void adviceIsSupportedIfTheKernelTakesItForAnEmptyRange() throws Exception {
    assertTrue(Advice.NORMAL.isSupported());
    assumeTrue(Injection.isPossible(), "strace may not look at a process");
    try (TracedThread thread = new TracedThread();
        Injection _ = Injection.failing("madvise", "EINVAL", 1, List.of(thread))) {
      assertFalse(thread.call(Advice.COLD::isSupported));
      assertTrue(thread.call(Advice.COLD::isSupported)); // the second call does not fail
    }
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

    assertTrue(flag.isHugeSize());
    assertEquals(number << shift, flag.hugePageBytes());
  }

  @Test
  void adviceThatMayChangeWhatALaterReadSeesIsDiscarding() {
    Set<Advice> discarding = EnumSet.noneOf(Advice.class);
    for (Advice advice : Advice.values()) {
      if (advice.isDiscarding()) {
        discarding.add(advice);
      }
    }
    assertEquals(
        EnumSet.of(
            Advice.DONTNEED,
            Advice.FREE,
            Advice.REMOVE,
            Advice.WIPEONFORK,
            Advice.DONTNEED_LOCKED,
            Advice.GUARD_INSTALL,
            Advice.FREE_REUSABLE,
            Advice.ZERO),
        discarding);
  }
}
