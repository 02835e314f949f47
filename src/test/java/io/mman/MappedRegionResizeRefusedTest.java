package io.mman;

import static io.mman.testing.Pages.assertFails;
import static io.mman.testing.Views.assertMarked;
import static io.mman.testing.Views.assertRevoked;
import static io.mman.testing.Views.mark;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Pages;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Growth that the kernel refuses: a seal forbids any further writable mapping of the file, while
 * its present regions keep working.
 */
class MappedRegionResizeRefusedTest {
  private static final long PAGE = Mman.pageSize();
  private static final long RESERVE = 8 * PAGE;

  private NativeFile file;

  @BeforeEach
  void create() {
    file = NativeFile.memory("refused", RESERVE, MemfdFlag.ALLOW_SEALING);
  }

  @AfterEach
  void close() {
    file.close();
  }

  private Mapping twoPages() {
    return Mapping.file(file).range(0, 2 * PAGE).protection(Protection.READ_WRITE);
  }

  private static void assertUsable(MappedRegion region) {
    assertEquals(2 * PAGE, region.size());
    assertEquals(Protection.READ_WRITE, region.protection());
    assertMarked(region.segment(), 0, 2 * PAGE);
    mark(region.segment());
    region.sync();
  }

  @Test
  void inAReserveNothingIsRevokedAndTheReserveIsKept() {
    try (MappedRegion region = twoPages().reserve(RESERVE).mapShared()) {
      MemorySegment view = region.segment();
      mark(view);
      file.seal(FileSeal.FUTURE_WRITE);
      assertFails("mmap", Errno.EPERM, "sealed", () -> region.resize(3 * PAGE));

      assertSame(view, region.segment());
      assertUsable(region);
      region.protect(Protection.READ);
      assertMarked(region.resize(RESERVE), 0, 2 * PAGE); // not for writing: so the reserve is there
    }
  }

  @Test
  void aMappingInAHoleOfTheReserveIsLeftAlone() {
    RegionGroup group = RegionGroup.open();
    MappedRegion borrowed = twoPages().reserve(RESERVE).map(group);
    MappedRegion owned = twoPages().reserve(RESERVE).mapShared();
    file.seal(FileSeal.FUTURE_WRITE);
    Pages stranger = strangerBehind(owned);
    Pages other = strangerBehind(borrowed);

    assertFails("mmap", Errno.EPERM, () -> owned.resize(3 * PAGE));
    assertFails("mmap", Errno.EPERM, () -> borrowed.resize(3 * PAGE));
    // It is unknown what is mapped there now, so it is not replaced.
    assertThrows(IllegalArgumentException.class, () -> owned.resize(3 * PAGE));
    owned.resize(2 * PAGE - 5);
    owned.resize(2 * PAGE);
    owned.close();
    group.close();
    try (stranger;
        other) {
      assertTrue(Pages.isReadable(stranger.segment()) && Pages.isReadable(other.segment()));
      assertMarked(stranger.segment(), 0, PAGE);
      assertMarked(other.segment(), 0, PAGE);
    }
  }

  /** Leaves a hole, like a kernel that unmaps first and then fails to map. */
  private static Pages strangerBehind(MappedRegion region) {
    MemorySegment place =
        MemorySegment.ofAddress(region.segment().address() + 2 * PAGE).reinterpret(PAGE);
    Mman.munmap(place);
    Set<MapFlag> flags = Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, MapFlag.FIXED_NOREPLACE);
    Pages pages = new Pages(Mman.mmap(place, PAGE, Protection.READ_WRITE, flags, -1, 0));
    mark(pages.segment());
    return pages;
  }

  @Test
  void withoutAReserveTheViewsAreRevokedAndTheBytesStay() {
    try (MappedRegion region = twoPages().guardPages().mapShared()) {
      MemorySegment view = region.segment();
      mark(view);
      region.lock(0, PAGE); // so that the added pages are mapped separately
      file.seal(FileSeal.FUTURE_WRITE);
      assertFails("mmap", Errno.EPERM, () -> region.resize(3 * PAGE));
      assertRevoked(view);
      assertEquals(view.address(), region.segment().address());
      assertUsable(region);
    }
  }

  @Test
  void anEmptyRegionStaysEmpty() {
    try (MappedRegion region =
        Mapping.file(file).range(0, 0).protection(Protection.READ_WRITE).mapConfined()) {
      file.seal(FileSeal.FUTURE_WRITE);
      assertFails("mmap", Errno.EPERM, () -> region.resize(1));
      assertEquals(0, region.segment().byteSize());
      file.resize(0);
    }
  }

  @Test
  void thereIsOnlySoMuchAddressSpace() {
    try (MappedRegion region = Mapping.anonymous(2 * PAGE).mapShared()) {
      MemorySegment view = region.segment();
      mark(view);
      assertFails("mremap", Errno.ENOMEM, () -> region.resize(1L << 46));
      assertRevoked(view);
      assertUsable(region);
      assertMarked(region.resize(3 * PAGE), 0, 2 * PAGE);
    }
  }
}
