package io.mman.benchmarks.contests;

import io.mman.Advice;
import io.mman.MappedRegion;
import io.mman.Mman;
import io.mman.benchmarks.CLoops;
import io.mman.benchmarks.measure.Contest;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * Compares {@code MappedRegion.populate}, which divides a large range among threads, with one
 * madvise(2) for the whole range. The time to map and unmap is not measured.
 */
final class PopulateContests {
  private static final long MIB = 1 << 20;
  private static final MethodHandle IN_C = CLoops.onRange("populate");

  private final Memory memory;
  private MappedRegion region;

  private PopulateContests(Memory memory) {
    this.memory = memory;
  }

  static void run(Plan plan) throws IOException {
    long mebibytes = plan.choose(256, 1024);
    for (Backing backing : List.of(Backing.ANONYMOUS, Backing.MEMFD)) {
      try (Memory memory = new Memory(backing, mebibytes * MIB, plan.disk())) {
        PopulateContests regions = new PopulateContests(memory);
        // populate() faults private writable memory in by writing, shared memory by reading.
        boolean write = !backing.isShared();
        Advice advice = write ? Advice.POPULATE_WRITE : Advice.POPULATE_READ;
        long kind = write ? CLoops.WRITE : 0;
        plan.run(
            new Contest("faults-populate", backing + ", " + mebibytes + " MiB")
                .single()
                .per("page", memory.pages())
                .add("mman", regions::replace, n -> regions.region.populate())
                .add("Mman.madvise", regions::replace, n -> regions.byFacade(advice))
                .add("C", regions::replace, n -> regions.inC(kind)));
        regions.unmap();
      }
    }
  }

  /** Maps a region without pages in place of the one that the previous turn filled. */
  private void replace() {
    unmap();
    memory.reset();
    region = memory.mapping().mapConfined();
  }

  private void unmap() {
    if (region != null) {
      region.close();
      region = null;
    }
  }

  private void byFacade(Advice advice) {
    Mman.madvise(region.segment(), advice);
  }

  private void inC(long kind) throws Throwable {
    MemorySegment pages = region.segment();
    CLoops.require((long) IN_C.invokeExact(pages, pages.byteSize(), kind));
  }
}
