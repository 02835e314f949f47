package io.mman;

import static io.mman.testing.Pages.assertFails;
import static io.mman.testing.Views.assertRevoked;
import static io.mman.testing.Views.byteAt;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.error.HugePages;
import io.mman.testing.HugePagePool;
import io.mman.testing.Leaks;
import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Explicit huge pages, from a pool that is filled during each test. */
class MappingHugetlbTest {
  private static final long PAGE = Mman.pageSize();

  private HugePagePool pool;
  private long huge;

  @BeforeEach
  void open() {
    pool = HugePagePool.open();
    huge = pool.page;
  }

  @AfterEach
  void close() {
    if (pool != null) {
      long free = pool.free();
      long total = pool.total();
      pool.close();
      assertEquals(total, free, "pages left in use");
    }
  }

  private static Mapping memory(long size) {
    return Mapping.anonymous(size).flags(MapFlag.HUGETLB);
  }

  @Test
  void pagesAreTakenBeforeTheRegionIsHandedOut() {
    pool.fill(4);
    try (MappedRegion region = memory(huge + 5).mapShared()) {
      assertEquals(2, pool.free());
      ProcMaps.Area area = ProcMaps.figuresOf(region.segment());
      assertEquals(huge, area.figure("KernelPageSize"));
      assertEquals(2 * huge, area.figure("Private_Hugetlb"));
      assertEquals(huge + 5, region.segment().byteSize());
      region.segment().fill((byte) 1);
      assertEquals(2, pool.free());
      assertEquals(1 + huge / PAGE, region.residentPages(0, region.size()));
    }
    assertEquals(4, pool.free());
  }

  static Stream<MapFlag> sizes() {
    return Arrays.stream(MapFlag.values()).filter(HugePages::isSize);
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void everySizeIsGivenOrRefusedWithThePoolThatLacksIt(MapFlag size) {
    long bytes = HugePages.explicitBytes(EnumSet.of(MapFlag.HUGETLB, size));
    Path folder = Path.of("/sys/kernel/mm/hugepages/hugepages-" + (bytes >> 10) + "kB");
    Mapping mapping = Mapping.anonymous(10).flags(MapFlag.HUGETLB, size);
    if (!Files.exists(folder)) {
      assertFails("mmap", Errno.EINVAL, "no huge pages of this size", mapping::mapConfined);
    } else if (bytes == huge) {
      assertFails("mmap", Errno.ENOMEM, folder + "/nr_hugepages", mapping::mapConfined);
      pool.fill(1);
      try (MappedRegion region = mapping.mapConfined()) {
        assertEquals(0, pool.free());
        assertEquals(0, byteAt(region.segment(), 9));
      }
    } else {
      assertFails("mmap", Errno.ENOMEM, folder + "/nr_hugepages", mapping::mapConfined);
    }
  }

  @Test
  void anEmptyPoolIsReportedForEveryKindOfRequest() {
    String fill = "0 pages, 0 of them free: enlarge it, for example with echo 64 > /sys/";
    try (NativeFile file = NativeFile.memory("huge", huge, MemfdFlag.HUGETLB)) {
      Mapping shared = Mapping.file(file);
      for (Mapping mapping :
          new Mapping[] {memory(1), shared, shared.copyOnWrite(), memory(1).guardPages()}) {
        assertFails("mmap", Errno.ENOMEM, fill, mapping::mapConfined);
      }
      for (Mapping mapping : new Mapping[] {memory(1), shared}) {
        Mapping unreserved = mapping.flags(MapFlag.NORESERVE);
        assertFails("madvise", Errno.EFAULT, fill, unreserved::mapConfined);
      }
    }
  }

  /** The kernel unmaps the reserve between the guards before it finds that the pool is empty. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void guardsAroundPagesThatThePoolLacksAreUnmapped(boolean shared) {
    Mapping guarded = memory(1).guardPages();
    Mapping mapping = shared ? guarded.shared() : guarded;
    Leaks.noAddressSpace(() -> assertFails("mmap", Errno.ENOMEM, "|FIXED|", mapping::mapConfined));
  }

  @Test
  void aPoolThatHasTooFewLeavesNothingTaken() {
    pool.fill(2);
    assertFails("mmap", Errno.ENOMEM, "2 pages, 2 of them free", memory(3 * huge)::mapConfined);
    Mapping unreserved = memory(3 * huge).flags(MapFlag.NORESERVE);
    assertFails("madvise", Errno.EFAULT, "enlarge it", unreserved::mapConfined);
    assertEquals(2, pool.free());
  }

  @Test
  void aRegionOfAFileOfHugePagesMayBeginInsideOne() {
    pool.fill(3);
    try (NativeFile file = NativeFile.memory("huge", 3 * huge, MemfdFlag.HUGETLB);
        MappedRegion all = Mapping.file(file).protection(Protection.READ_WRITE).mapConfined()) {
      all.segment().set(java.lang.foreign.ValueLayout.JAVA_BYTE, huge + 7, (byte) 9);
      Mapping part = Mapping.file(file).range(huge + 7, huge);
      try (MappedRegion region = part.mapConfined()) {
        assertEquals(7, region.segment().address() % huge);
        assertEquals(9, byteAt(region.segment(), 0));
        assertEquals(0, byteAt(region.segment(), huge - 1));
        region.sync(5, 5);
        region.resize(huge - 7);
        assertEquals(9, byteAt(region.segment(), 0));
        assertThrows(UnsupportedOperationException.class, () -> region.resize(huge));
      }
    }
  }

  @Test
  void partsAreMultiplesOfTheHugePage() {
    pool.fill(3);
    try (MappedRegion region = memory(3 * huge).mapConfined()) {
      region.segment().asSlice(huge).fill((byte) 1);
      assertThrows(IllegalArgumentException.class, () -> region.split(PAGE));
      MappedRegion rest = region.split(huge);
      assertEquals(0, byteAt(region.segment(), huge - 1));
      assertEquals(1, byteAt(rest.segment(), 0));
      rest.resize(huge + 10);
      rest.resize(huge - 1);
      assertEquals(1, pool.free());
      rest.close();
      assertEquals(2, pool.free());
    }
  }

  @Test
  void joiningUndoesASplit() {
    pool.fill(2);
    try (MappedRegion region = memory(2 * huge).mapConfined()) {
      region.segment().fill((byte) 3);
      region.join(region.split(huge));
      assertEquals(3, byteAt(region.segment(), huge));
      region.resize(1);
      assertEquals(1, pool.free());
    }
  }

  @Test
  void guardsAreOrdinaryPagesAndStay() {
    pool.fill(3);
    try (MappedRegion region = memory(3 * huge).guardPages().mapConfined()) {
      MemorySegment view = region.segment();
      view.fill((byte) 1);
      assertEquals(0, view.address() % huge);
      assertGuard(view.address() - PAGE);
      assertGuard(view.address() + 3 * huge);
      view = region.resize(huge + 1);
      assertEquals(1, byteAt(view, huge));
      assertGuard(view.address() + 2 * huge);
      assertEquals(1, pool.free());
      view = region.resize(1);
      assertGuard(view.address() + huge);
      region.resize(0);
      assertEquals(3, pool.free());
    }
  }

  private static void assertGuard(long address) {
    assertEquals("---p", ProcMaps.find(address).orElseThrow().perms());
    assertFalse(Pages.isReadable(MemorySegment.ofAddress(address)));
  }

  /** Returns a file with allocated pages, which a private mapping must copy to write. */
  private NativeFile fileWithPages() {
    NativeFile file = NativeFile.memory("huge", 2 * huge, MemfdFlag.HUGETLB);
    Mapping.file(file).protection(Protection.READ_WRITE).mapConfined().close();
    return file;
  }

  @Test
  void wideningTheProtectionAllocatesThePagesThatWritingNeeds() {
    pool.fill(4);
    try (NativeFile file = fileWithPages();
        MappedRegion region = Mapping.file(file).copyOnWrite().mapConfined()) {
      MemorySegment view = region.segment();
      assertEquals(2, pool.unused());
      MemorySegment writable = region.protect(Protection.READ_WRITE);
      assertTrue(view.scope().isAlive());
      assertEquals(0, pool.unused());
      writable.fill((byte) 1);
    }
    assertEquals(4, pool.free());
  }

  @Test
  void protectionsThatThePoolCannotServeAreRefused() {
    pool.fill(3);
    try (NativeFile file = fileWithPages();
        MappedRegion region =
            Mapping.file(file).copyOnWrite().flags(MapFlag.NORESERVE).mapConfined()) {
      MemorySegment view = region.segment();
      Protection wanted = Protection.READ_WRITE;
      assertFails("madvise", Errno.EFAULT, "enlarge it", () -> region.protect(wanted));
      assertSame(view, region.segment());
      assertEquals(Protection.READ, region.protection());
      assertEquals(0, byteAt(view, 2 * huge - 1));
      assertFalse(Pages.isWritable(view, 1));
    }
  }

  @Test
  void pagesOnceAllocatedAreNotDiscarded() {
    pool.fill(1);
    try (MappedRegion region = memory(huge).mapConfined()) {
      assertThrows(IllegalArgumentException.class, () -> region.advise(Advice.DONTNEED));
      MemorySegment view = region.segment();
      assertThrows(UnsupportedOperationException.class, () -> region.resize(huge + 1));
      assertSame(view, region.segment());
      region.protect(Protection.NONE);
      assertRevoked(view);
      assertEquals(0, byteAt(region.protect(Protection.READ_WRITE), 0));
    }
    Mapping reserved = memory(huge).reserve(2 * huge);
    assertThrows(IllegalArgumentException.class, reserved::mapConfined);
  }
}
