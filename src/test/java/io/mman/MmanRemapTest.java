package io.mman;

import static io.mman.testing.Pages.assertFails;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MmanRemapTest {
  private static final long SIZE = Pages.SIZE;
  private static final Set<RemapFlag> IN_PLACE = Set.of();
  private static final Set<RemapFlag> MAYMOVE = Set.of(RemapFlag.MAYMOVE);
  private static final Set<RemapFlag> FIXED = Set.of(RemapFlag.MAYMOVE, RemapFlag.FIXED);
  private static final Set<RemapFlag> DONTUNMAP = Set.of(RemapFlag.MAYMOVE, RemapFlag.DONTUNMAP);

  /** Maps pages, the first of which has a mark, with nothing mapped after them. */
  private static MemorySegment withRoomBehind(long pages) {
    Pages all = Pages.anonymous(2 * pages);
    Mman.munmap(all.pages(pages, pages));
    all.segment().set(JAVA_BYTE, 0, (byte) 42);
    return all.pages(0, pages);
  }

  @Test
  void shrinksInPlace() {
    MemorySegment four = withRoomBehind(4);
    MemorySegment one = Mman.mremap(four, SIZE, IN_PLACE);
    try (Pages pages = new Pages(one)) {
      assertEquals(four.address(), one.address());
      assertEquals(SIZE, one.byteSize());
      assertEquals(42, one.get(JAVA_BYTE, 0));
      assertTrue(ProcMaps.find(four.address() + SIZE).isEmpty());
      assertTrue(pages.segment().scope().isAlive());
    }
  }

  @Test
  void growsInPlaceWhereThereIsRoom() {
    MemorySegment four = withRoomBehind(4);
    MemorySegment eight = Mman.mremap(four, 8 * SIZE, IN_PLACE);
    try (Pages pages = new Pages(eight)) {
      assertEquals(four.address(), eight.address());
      assertEquals(8 * SIZE, pages.segment().byteSize());
      assertEquals(0, eight.get(JAVA_BYTE, 8 * SIZE - 1));
    }
  }

  @Test
  void movesWhereThereIsNoRoom() {
    try (Pages wall = Pages.anonymous(5)) {
      MemorySegment four = wall.pages(0, 4);
      four.set(JAVA_BYTE, 4 * SIZE - 1, (byte) 42);
      MemorySegment moved = Mman.mremap(four, 64 * SIZE, MAYMOVE);
      try (Pages pages = new Pages(moved)) {
        assertNotEquals(four.address(), moved.address());
        assertEquals(64 * SIZE, pages.segment().byteSize());
        assertEquals(42, moved.get(JAVA_BYTE, 4 * SIZE - 1));
        assertTrue(ProcMaps.find(four.address()).isEmpty());
      }
    }
  }

  @Test
  void fixedReplacesTheMappingAtTheTarget() {
    MemorySegment source = withRoomBehind(2);
    Pages place = Pages.anonymous(2);
    place.segment().fill((byte) 1);
    MemorySegment moved = Mman.mremap(source, 2 * SIZE, FIXED, place.segment());
    try (place) {
      assertEquals(place.segment().address(), moved.address());
      assertEquals(42, moved.get(JAVA_BYTE, 0));
      assertEquals(0, moved.get(JAVA_BYTE, SIZE));
      assertTrue(ProcMaps.find(source.address()).isEmpty());
    }
  }

  /** Needs C's fifth argument, which is optional in its prototype only. */
  @Test
  void dontUnmapLeavesTheOldRangeEmpty() {
    try (Pages source = new Pages(withRoomBehind(2));
        Pages moved = new Pages(Mman.mremap(source.segment(), 2 * SIZE, DONTUNMAP))) {
      assertNotEquals(source.segment().address(), moved.segment().address());
      assertEquals(42, moved.segment().get(JAVA_BYTE, 0));
      assertEquals(0, source.segment().get(JAVA_BYTE, 0));
    }
  }

  @Test
  void oldSizeZeroMapsTheSameMemoryTwice() {
    try (NativeFile file = NativeFile.memory("twice", 2 * SIZE);
        Pages one = Pages.shared(file, 2, Protection.READ_WRITE);
        Pages two = new Pages(Mman.mremap(one.segment().asSlice(0, 0), 2 * SIZE, MAYMOVE))) {
      one.segment().set(JAVA_BYTE, SIZE, (byte) 42);
      assertNotEquals(one.segment().address(), two.segment().address());
      assertEquals(42, two.segment().get(JAVA_BYTE, SIZE));
    }
  }

  @Test
  void moreThanFourGibibytesAreGrownTo() {
    MemorySegment big =
        Mman.mremap(Pages.anonymous(1, MapFlag.NORESERVE).segment(), (5L << 30) + SIZE, MAYMOVE);
    try (Pages pages = new Pages(big)) {
      assertEquals((5L << 30) + SIZE, pages.segment().byteSize());
      big.set(JAVA_BYTE, 5L << 30, (byte) 1);
      assertEquals(1, big.get(JAVA_BYTE, 5L << 30));
    }
  }

  @Test
  void noRoomToGrowIsEnomemUnlessTheMappingMayMove() {
    try (Pages wall = Pages.anonymous(2)) {
      assertFails(
          "mremap",
          Errno.ENOMEM,
          "new_size=8192, 0): ENOMEM (Cannot allocate memory): there is no room to grow in"
              + " place, and MAYMOVE is not given",
          () -> Mman.mremap(wall.pages(0, 1), 2 * SIZE, IN_PLACE));
    }
  }

  @Test
  void moreThanMemoryCouldHoldIsEnomem() throws IOException {
    String mode = Files.readAllLines(Path.of("/proc/sys/vm/overcommit_memory")).getFirst();
    assumeTrue(mode.equals("0"), "vm.overcommit_memory is " + mode);
    try (Pages pages = Pages.anonymous(1)) {
      assertFails(
          "mremap",
          Errno.ENOMEM,
          ": vm.overcommit_memory=0 refuses more than the ",
          () -> Mman.mremap(pages.segment(), 1L << 44, MAYMOVE));
    }
  }

  @Test
  void moreThanThereIsAddressSpaceIsEinvalOrEnomem() {
    try (Pages pages = Pages.anonymous(1, Protection.NONE)) {
      MmanException e =
          assertThrows(MmanException.class, () -> Mman.mremap(pages.segment(), 1L << 60, MAYMOVE));
      assertTrue(e.error() == Errno.EINVAL || e.error() == Errno.ENOMEM, e.getMessage());
    }
  }

  @Test
  void wrongArgumentsAreEinval() {
    try (Pages pages = Pages.anonymous(4)) {
      MemorySegment two = pages.pages(0, 2);
      assertFails("mremap", Errno.EINVAL, () -> Mman.mremap(pages.misaligned(), SIZE, MAYMOVE));
      assertFails("mremap", Errno.EINVAL, () -> Mman.mremap(two, 0, MAYMOVE));
      assertFails(
          "mremap", // FIXED wants MAYMOVE
          Errno.EINVAL,
          () -> Mman.mremap(two, SIZE, Set.of(RemapFlag.FIXED), pages.pages(2, 2)));
      assertFails(
          "mremap", // onto itself
          Errno.EINVAL,
          () -> Mman.mremap(two, 2 * SIZE, FIXED, pages.pages(1, 2)));
      assertFails(
          "mremap", // another size
          Errno.EINVAL,
          () -> Mman.mremap(two, SIZE, DONTUNMAP));
      MmanException e =
          assertFails(
              "mremap", Errno.EINVAL, () -> Mman.mremap(two, 2 * SIZE, FIXED, pages.misaligned()));
      assertEquals(
          "mremap(address=0x"
              + Long.toHexString(two.address())
              + ", length="
              + 2 * SIZE
              + ", new_size="
              + 2 * SIZE
              + ", MAYMOVE|FIXED, new_address=0x"
              + Long.toHexString(two.address() + 1)
              + "): EINVAL (Invalid argument): an address is not aligned, the new length is 0 or"
              + " too large, or the flags contradict each other",
          e.getMessage());
    }
  }

  @Test
  void privateMemoryCannotBeMappedTwice() {
    try (Pages pages = Pages.anonymous(1)) {
      assertFails(
          "mremap", Errno.EINVAL, () -> Mman.mremap(pages.segment().asSlice(0, 0), SIZE, MAYMOVE));
    }
  }

  @Test
  void unmappedMemoryIsEfault() {
    Pages pages = Pages.anonymous(1);
    pages.close();
    assertFails(
        "mremap",
        Errno.EFAULT,
        "part of the range is not mapped, or the range spans several areas",
        () -> Mman.mremap(pages.segment(), 2 * SIZE, MAYMOVE));
  }

  @Test
  void growingSeveralAreasIsEfault() {
    try (Pages pages = Pages.anonymous(2)) {
      Mman.mprotect(pages.pages(1, 1), Protection.READ);
      assertFails("mremap", Errno.EFAULT, () -> Mman.mremap(pages.segment(), 4 * SIZE, MAYMOVE));
    }
  }

  @Test
  void aNegativeLengthIsRefused() {
    try (Pages pages = Pages.anonymous(1)) {
      assertThrows(IllegalArgumentException.class, () -> Mman.mremap(pages.segment(), -1, MAYMOVE));
      assertThrows(
          IllegalArgumentException.class,
          () -> Mman.mremap(pages.segment(), Long.MIN_VALUE, FIXED, Pages.ANYWHERE));
    }
  }
}
