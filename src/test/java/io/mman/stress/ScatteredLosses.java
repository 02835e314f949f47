package io.mman.stress;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.testing.ProcMaps;
import io.mman.testing.Samples;
import java.nio.file.Path;
import java.util.Random;

/** A million accesses at random places of a file of 4 GiB that becomes shorter and shorter. */
final class ScatteredLosses {
  private static final long PAGE = Mman.pageSize();
  private static final long PAGES = (4L << 30) / PAGE;
  private static final int TRUNCATIONS = 100;
  private static final int ACCESSES = 10_000;

  /** Accesses of this many pages before the end of the file are not lost. */
  private static final long NEAR = 1_000;

  /** The default of vm.max_map_count is 65,530. */
  private static final int MOST_AREAS = 1_000;

  private ScatteredLosses() {}

  /** Takes a folder, whose file system needs no blocks for holes. */
  public static void main(String... arguments) {
    Path path = Samples.sparse(Path.of(arguments[0]), PAGES * PAGE);
    Random random = new Random(1);
    try (MappedRegion region = Mapping.file(path).readWrite().surviveBusErrors().mapShared()) {
      long before = ProcMaps.count();
      long pages = PAGES;
      for (int i = 0; i < TRUNCATIONS; i++) {
        pages -= 1 + random.nextLong(pages / 16);
        Samples.resize(path, pages * PAGE);
        for (int access = 0; access < ACCESSES; access++) {
          long offset = random.nextLong(Math.max(0, pages - NEAR), PAGES) * PAGE;
          require(region.segment().get(JAVA_LONG, offset) == 0, "a hole has bytes");
          if (offset >= pages * PAGE && random.nextInt(8) == 0) {
            region.segment().set(JAVA_LONG, offset + 8, access); // now the page takes memory
          }
        }
        require(region.segment().get(JAVA_LONG, pages * PAGE) == 0, "not lost");
        require(region.lostPages() == PAGES - pages, region.lostPages() + " lost");
        long areas = ProcMaps.count() - before;
        require(areas <= MOST_AREAS, areas + " more areas");
      }
      Samples.resize(path, PAGES * PAGE);
      region.restore();
      region.requireIntact();
      require(region.lostPages() == PAGES - pages, "counted twice");
      require(ProcMaps.count() - before <= MOST_AREAS, "not merged");
    }
    System.out.println("survived");
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
