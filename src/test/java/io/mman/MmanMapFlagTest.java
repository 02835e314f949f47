package io.mman;

import static io.mman.testing.Pages.ANYWHERE;
import static io.mman.testing.Pages.assertFails;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The flags of mmap, checked by their effects. */
class MmanMapFlagTest {
  private static final long SIZE = Pages.SIZE;
  private static final Path POOL =
      Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");

  @Test
  void populateFaultsThePagesIn() {
    try (Pages lazy = Pages.anonymous(8);
        Pages eager = Pages.anonymous(8, MapFlag.POPULATE);
        Pages notEven = Pages.anonymous(8, MapFlag.POPULATE, MapFlag.NONBLOCK)) {
      assertEquals("00000000", Pages.residency(lazy.segment()));
      assertEquals("11111111", Pages.residency(eager.segment()));
      // Since Linux 2.6.23 NONBLOCK cancels POPULATE.
      assertEquals("00000000", Pages.residency(notEven.segment()));
    }
  }

  @Test
  void lockedPagesAreLocked() {
    long before = ProcMaps.statusBytes("VmLck");
    try (Pages pages = Pages.anonymous(8, MapFlag.LOCKED)) {
      assertEquals(before + 8 * SIZE, ProcMaps.statusBytes("VmLck"));
      assertEquals(8 * SIZE, ProcMaps.figuresOf(pages.segment()).figure("Locked"));
    }
    assertEquals(before, ProcMaps.statusBytes("VmLck"));
  }

  /** Two-letter names of the kernel's flags, as smaps gives them. */
  @ParameterizedTest
  @CsvSource({"NORESERVE, nr", "GROWSDOWN, gd", "LOCKED, lo"})
  void theKernelShowsTheFlag(MapFlag flag, String name) {
    try (Pages without = Pages.anonymous(4);
        Pages with = Pages.anonymous(4, flag)) {
      assertTrue(!ProcMaps.figuresOf(without.segment()).vmFlags().contains(name));
      assertTrue(ProcMaps.figuresOf(with.segment()).vmFlags().contains(name));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"STACK", "DENYWRITE", "EXECUTABLE", "UNINITIALIZED", "HUGE_2MB"})
  void aFlagThatMeansNothingHereIsAccepted(MapFlag flag) {
    try (Pages pages = Pages.anonymous(1, flag)) {
      assertEquals("rw-p", ProcMaps.of(pages.segment()).perms());
    }
  }

  @Test
  void fixedReplacesAnExistingMapping() {
    try (Pages pages = Pages.anonymous(3)) {
      pages.segment().fill((byte) 1);
      MemorySegment middle = pages.pages(1, 1);
      MemorySegment mapped = at(middle, MapFlag.FIXED);

      assertEquals(middle.address(), mapped.address());
      assertEquals(1, pages.segment().get(JAVA_BYTE, SIZE - 1));
      assertEquals(0, pages.segment().get(JAVA_BYTE, SIZE));
      assertEquals(1, pages.segment().get(JAVA_BYTE, 2 * SIZE));
    }
  }

  @Test
  void fixedNoReplaceDoesNot() {
    try (Pages pages = Pages.anonymous(2)) {
      MemorySegment last = pages.pages(1, 1);
      last.fill((byte) 1);
      assertFails(
          "mmap",
          Errno.EEXIST,
          "something is already mapped at this address",
          () -> at(last, MapFlag.FIXED_NOREPLACE));
      assertEquals(1, last.get(JAVA_BYTE, 0));

      Mman.munmap(last);
      assertEquals(last.address(), at(last, MapFlag.FIXED_NOREPLACE).address());
    }
  }

  @Test
  void anAddressAloneIsAHint() {
    try (Pages pages = Pages.anonymous(1)) {
      pages.segment().fill((byte) 1);
      try (Pages elsewhere = new Pages(at(pages.segment(), MapFlag.NORESERVE))) {
        assertTrue(elsewhere.segment().address() != pages.segment().address());
        assertEquals(1, pages.segment().get(JAVA_BYTE, 0));
      }
    }
  }

  private static MemorySegment at(MemorySegment place, MapFlag how) {
    Set<MapFlag> flags = Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, how);
    return Mman.mmap(place, place.byteSize(), Protection.READ_WRITE, flags, -1, 0);
  }

  /** Linux 6.11. */
  @Test
  void droppableMemoryCanBeDropped() {
    MemorySegment mapped;
    try {
      Set<MapFlag> flags = Set.of(MapFlag.DROPPABLE, MapFlag.ANONYMOUS);
      mapped = Mman.mmap(ANYWHERE, SIZE, Protection.READ_WRITE, flags, -1, 0);
    } catch (MmanException e) {
      assumeTrue(e.error() != Errno.EINVAL, "the kernel is older than 6.11");
      throw e;
    }
    try (Pages pages = new Pages(mapped)) {
      assertTrue(ProcMaps.figuresOf(pages.segment()).vmFlags().contains("dp"));
    }
  }

  @Test
  void hugetlbMemoryConsistsOfHugePages() throws IOException {
    assumeTrue(Files.exists(POOL), "the kernel has no huge pages of 2 MiB");
    Requirements.requireWritable(POOL);
    String before = Files.readAllLines(POOL).getFirst();
    Files.writeString(POOL, Long.toString(Long.parseLong(before) + 2));
    try {
      Set<MapFlag> flags =
          Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, MapFlag.HUGETLB, MapFlag.HUGE_2MB);
      MemorySegment mapped = Mman.mmap(ANYWHERE, 4 << 20, Protection.READ_WRITE, flags, -1, 0);
      try (Pages pages = new Pages(mapped)) {
        ProcMaps.Area area = ProcMaps.figuresOf(pages.segment());
        assertEquals(2 << 20, area.figure("KernelPageSize"));
        assertTrue(area.vmFlags().contains("ht"), area::toString);
        assertFails(
            "munmap",
            Errno.EINVAL,
            () -> Mman.munmap(pages.segment().asSlice(0, SIZE))); // not a multiple of the huge page
      }
    } finally {
      Files.writeString(POOL, before);
    }
  }
}
