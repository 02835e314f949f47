package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Allocations;
import io.mman.testing.ChildJvm;
import io.mman.testing.Elsewhere;
import io.mman.testing.HugePagePool;
import io.mman.testing.Requirements;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prefetching with regions of every kind. */
class MappedRegionPrefetchKindsTest {
  private static final long PAGE = Mman.pageSize();
  private static final int NOBODY = 65534;

  @TempDir Path folder;

  @Test
  void anonymousPagesCountAsMissingUntilTheyAreAccessed() {
    try (MappedRegion region = Mapping.anonymous(4 * PAGE).mapConfined()) {
      region.populate(PAGE, PAGE);
      assertTrue(region.prefetch(0, PAGE));
      assertFalse(region.prefetch(PAGE, PAGE));
      assertEquals(3, region.prefetch(new long[] {0, PAGE, PAGE + 1, 0}, PAGE));
      assertEquals(1, region.residentPages(0, region.size()));
    }
  }

  @Test
  void inaccessiblePagesCanBeAskedFor() {
    Path path = Samples.sparse(folder, 4 * PAGE);
    try (MappedRegion region = Mapping.file(path).protection(Protection.NONE).mapConfined()) {
      assertTrue(region.prefetch(0, region.size()));
    }
  }

  @Test
  void regionsThatAreClosedOrConfinedToAnotherThreadRefuse() throws Throwable {
    MappedRegion region = Mapping.anonymous(PAGE).mapConfined();
    Elsewhere.run(
        () -> {
          assertThrows(WrongThreadException.class, () -> region.prefetch(0, PAGE));
          assertThrows(WrongThreadException.class, () -> region.prefetch(0, 0));
        });
    region.close();
    assertThrows(IllegalStateException.class, () -> region.prefetch(0, PAGE));
    assertThrows(IllegalStateException.class, () -> region.prefetch(new long[0], PAGE));
    try (Arena arena = Arena.ofConfined()) {
      MappedRegion borrowed = Mapping.anonymous(PAGE).map(arena);
      assertTrue(borrowed.prefetch(0, PAGE));
      assertThrows(NullPointerException.class, () -> borrowed.prefetch(null, PAGE));
      borrowed.close();
      assertThrows(IllegalStateException.class, () -> borrowed.prefetch(0, PAGE));
    }
  }

  /** The pages begin before the segment, which begins inside of one. */
  @Test
  void mappingsMadeElsewhereCanBeAskedFor() throws IOException {
    Path path = Samples.sparse(folder, 600 * PAGE);
    try (FileChannel channel = FileChannel.open(path);
        Arena arena = Arena.ofConfined()) {
      var mapped = channel.map(MapMode.READ_ONLY, 0, 600 * PAGE, arena);
      MappedRegion whole = MappedRegion.of(mapped);
      MappedRegion part = MappedRegion.of(mapped.asSlice(5, 599 * PAGE));
      assertTrue(part.prefetch(0, 1));
      awaitResident(whole, 0, 1);
      assertFalse(part.prefetch(0, PAGE - 5));
      assertTrue(part.prefetch(0, part.size()));
      awaitResident(whole, 0, 600 * PAGE);
    }
  }

  private static void awaitResident(MappedRegion region, long offset, long length) {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!region.isResident(offset, length) && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertTrue(region.isResident(offset, length));
  }

  @Test
  void explicitHugePagesAreNeverAskedFor() {
    try (HugePagePool pool = HugePagePool.open()) {
      pool.fill(1);
      Mapping huge = Mapping.anonymous(pool.page).flags(MapFlag.HUGETLB);
      try (MappedRegion region = huge.mapConfined()) {
        assertFalse(region.prefetch(0, pool.page));
        assertThrows(IndexOutOfBoundsException.class, () -> region.prefetch(1, pool.page));
      }
    }
  }

  /** At most 16 KiB for the ranges of one system call, which are not on the heap. */
  @Test
  void manyRangesTakeNoMoreHeapThanFew() {
    long[] few = new long[10];
    long[] many = new long[3000];
    Arrays.setAll(many, i -> i * PAGE);
    try (MappedRegion region = Mapping.anonymous(3000 * PAGE).mapConfined()) {
      long forFew = leastHeap(region, few, 10);
      assertTrue(leastHeap(region, many, 3000) <= 2 * forFew, "bytes for few: " + forFew);
    }
  }

  /** Before the JIT has compiled the calls, each of them allocates something. */
  private static long leastHeap(MappedRegion region, long[] offsets, int asked) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 60; i++) {
      long before = Allocations.bytes();
      int count = region.prefetch(offsets, PAGE);
      least = Math.min(least, Allocations.bytes() - before);
      assertEquals(asked, count);
    }
    return least;
  }

  /** Maps a file of another user, about whose pages the kernel says nothing. */
  static class OfAnotherUser {
    public static void main(String... arguments) {
      try (MappedRegion region = Mapping.file(Path.of(arguments[0])).mapShared()) {
        System.out.println(region.prefetch(new long[] {0, 2 * PAGE}, PAGE));
        System.out.println(region.prefetch(0, PAGE));
      }
    }
  }

  @Test
  void everythingIsAskedForWhereResidencyIsUnknown() throws IOException {
    Requirements.requireRoot();
    Requirements.requirePrograms("setpriv");
    Path path = Samples.sparse(folder, 4 * PAGE);
    Files.setAttribute(path, "unix:uid", NOBODY);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
    ChildJvm child = ChildJvm.of(OfAnotherUser.class).under("setpriv", "--bounding-set", "-all");
    child = child.under("--inh-caps", "-all", "--ambient-caps", "-all");

    assertEquals(List.of("2", "true"), child.run(path.toString()).lines());
    try (MappedRegion region = Mapping.file(path).mapShared()) {
      awaitResident(region, 0, PAGE);
      awaitResident(region, 2 * PAGE, PAGE);
      assertEquals(2, region.residentPages(0, region.size()));
    }
  }
}
