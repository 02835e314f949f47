package io.mman;

import static io.mman.testing.Views.assertMarked;
import static io.mman.testing.Views.mark;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transparent huge pages, as smaps shows them. */
class MappingHugePagesTest {
  private static final long PAGE = Mman.pageSize();
  private static final Path SETTINGS = Path.of("/sys/kernel/mm/transparent_hugepage");
  private static final Path SHMEM = SETTINGS.resolve("shmem_enabled");

  @TempDir Path folder;
  private long huge;

  @BeforeEach
  void requireHugePages() throws IOException {
    Path enabled = SETTINGS.resolve("enabled");
    assumeTrue(Files.exists(enabled), "the kernel has no transparent huge pages");
    assumeTrue(!first(enabled).contains("[never]"), "they are switched off");
    huge = Long.parseLong(first(SETTINGS.resolve("hpage_pmd_size")));
  }

  private static String first(Path file) throws IOException {
    return Files.readAllLines(file).getFirst();
  }

  /** Counts the times that memory was too fragmented for a huge page. */
  private static long fallbacks() throws IOException {
    return Files.readAllLines(Path.of("/proc/vmstat")).stream()
        .filter(line -> line.matches("thp_(file_)?fault_fallback \\d+"))
        .mapToLong(line -> Long.parseLong(line.split(" ")[1]))
        .sum();
  }

  private static boolean isAdvised(MemorySegment memory) {
    return ProcMaps.figuresOf(memory).vmFlags().contains("hg");
  }

  @Test
  void allOfARegionIsInHugePages() throws IOException {
    long before = fallbacks();
    for (long size : new long[] {1, huge, huge + 1, 3 * huge - PAGE}) {
      try (MappedRegion region = Mapping.anonymous(size).hugePages().populate().mapConfined()) {
        long whole = Math.ceilDiv(size, huge) * huge;
        mark(region.segment());
        RegionStats stats = region.stats();
        assumeTrue(fallbacks() == before, "memory is too fragmented");
        assertEquals(0, region.segment().address() % huge);
        assertTrue(stats.anonHugePages() >= whole, stats::toString);
      }
    }
  }

  @Test
  void theyStayWhenARegionMovesOrShrinks() throws IOException {
    long before = fallbacks();
    try (MappedRegion region = Mapping.anonymous(huge + 5).hugePages().mapConfined()) {
      mark(region.segment());
      MemorySegment view = region.resize(4 * huge + 5);
      assertMarked(view, 0, huge + 5);
      assertEquals(0, view.address() % huge);
      assertTrue(isAdvised(view) && isAdvised(view.asSlice(4 * huge)));
      view.fill((byte) 1);
      long anonymous = region.stats().anonHugePages();
      assumeTrue(fallbacks() == before, "memory is too fragmented");
      assertTrue(anonymous >= 5 * huge, () -> "only " + anonymous);
      region.resize(2 * huge + 5);
      assertTrue(region.stats().anonHugePages() >= 3 * huge);
      assertTrue(Pages.isReadable(MemorySegment.ofAddress(view.address() + 3 * huge - 1)));
    }
  }

  @Test
  void pagesAddedInAReserveAreAdvisedAgain() {
    try (MappedRegion region =
        Mapping.anonymous(PAGE).hugePages().reserve(8 * huge).mapConfined()) {
      MemorySegment view = region.resize(4 * huge);
      assertEquals(0, view.address() % huge);
      assertTrue(isAdvised(view.asSlice(3 * huge)));
      region.resize(PAGE);
      assertTrue(isAdvised(region.resize(4 * huge).asSlice(3 * huge)));
    }
  }

  @Test
  void namesAndGuardsGoTogetherWithThem() {
    Mapping mapping = Mapping.anonymous(huge).hugePages().guardPages().name("huge");
    try (MappedRegion region = mapping.mapConfined()) {
      assertEquals(0, region.segment().address() % huge);
      assertEquals("---p", ProcMaps.find(region.segment().address() - 1).orElseThrow().perms());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 4096, 4096 * 3 + 5, 1 << 20, (2 << 20) + 4096, (4 << 20) - 1})
  void addressAndOffsetAgreeModuloTheHugePage(long offset) {
    try (NativeFile file = NativeFile.memory("huge", 8 * huge)) {
      Mapping mapping = Mapping.file(file).range(offset, 3 * huge).hugePages();
      for (Mapping one : List.of(mapping, mapping.guardPages(), mapping.reserve(4 * huge))) {
        try (MappedRegion region = one.mapConfined()) {
          assertAgree(region.segment(), offset);
          assertAgree(region.resize(4 * huge), offset);
          if (offset % PAGE == 0) {
            MappedRegion rest = region.split(5 * PAGE);
            assertAgree(rest.segment(), offset + 5 * PAGE);
            assertAgree(rest.resize(4 * huge - 5 * PAGE), offset + 5 * PAGE);
            rest.resize(0);
            assertAgree(rest.resize(huge), offset + 5 * PAGE);
            rest.close();
          }
        }
      }
    }
  }

  private void assertAgree(MemorySegment view, long offset) {
    assertEquals(offset % huge, view.address() % huge);
  }

  @Test
  void alignmentAndHugePagesGoTogetherWhereThatCanBe() {
    try (NativeFile file = NativeFile.memory("huge", 8 * huge)) {
      long[][] cases = { // alignment, offset, address modulo the alignment, modulo the huge page
        {16 * PAGE, 16 * PAGE, 0, 16 * PAGE},
        {16 * PAGE, 48 * PAGE, 0, 48 * PAGE},
        {16 * PAGE, PAGE, 0, -1}, // impossible together: the explicit request comes first
        {4 * huge, huge, 0, 0},
        {PAGE, PAGE, 0, PAGE},
      };
      for (long[] c : cases) {
        Mapping mapping = Mapping.file(file).range(c[1], huge).hugePages().alignment(c[0]);
        try (MappedRegion region = mapping.mapConfined()) {
          assertEquals(c[2], region.segment().address() % c[0]);
          if (c[3] >= 0) {
            assertEquals(c[3], region.segment().address() % huge);
          }
        }
      }
    }
  }

  @Test
  void filesInMemoryAndSharedMemoryHaveThemToo() throws IOException {
    assumeTrue(Files.exists(SHMEM), "the kernel has no huge pages for shared memory");
    Requirements.requireWritable(SHMEM);
    try (NativeFile lock = NativeFile.open(SHMEM, StandardOpenOption.WRITE)) {
      lock.lock(false);
      String before = first(SHMEM).replaceAll(".*\\[(.*)].*", "$1");
      Files.writeString(SHMEM, "advise");
      try (NativeFile file = NativeFile.memory("huge", 4 * huge)) {
        Mapping mapping = Mapping.file(file).protection(Protection.READ_WRITE).hugePages();
        assertHuge(mapping.range(0, 2 * huge), 2 * huge);
        assertHuge(mapping.range(huge - PAGE, 2 * huge), huge);
        assertHuge(Mapping.anonymous(huge + 1).shared().hugePages(), 2 * huge);
        assertHuge(Mapping.anonymous(huge).shared().hugePages().reserve(2 * huge), huge);
      } finally {
        Files.writeString(SHMEM, before);
      }
    }
  }

  private static void assertHuge(Mapping mapping, long bytes) throws IOException {
    long before = fallbacks();
    try (MappedRegion region = mapping.mapConfined()) {
      mark(region.segment());
      RegionStats stats = region.stats();
      assumeTrue(fallbacks() == before, "memory is too fragmented");
      assertTrue(stats.filePmdMapped() >= bytes, stats::toString);
    }
  }

  /** Maps while strace makes the advice fail. */
  static class Advised {
    public static void main(String... arguments) {
      try (MappedRegion region = Mapping.anonymous(10).hugePages().mapConfined()) {
        mark(region.segment());
        assertMarked(region.resize(6 << 20), 0, 10);
        System.out.println("works");
      } catch (MmanException e) {
        System.out.println(e.call() + " " + e.error());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"EINVAL works", "ENOMEM madvise ENOMEM"})
  void aKernelWithoutThemIsNoFailure(String expected) {
    Requirements.requireTracing();
    String error = expected.substring(0, expected.indexOf(' '));
    String log = folder.resolve("log").toString();
    Command.Outcome outcome =
        ChildJvm.of(Advised.class)
            .under("strace", "-f", "-o", log, "-e", "inject=madvise:error=" + error)
            .run();
    assertEquals(List.of(expected.substring(error.length() + 1)), outcome.lines());
  }
}
