package io.mman.change;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Advice;
import io.mman.Mman;
import io.mman.testing.InMemory;
import io.mman.testing.Injection;
import io.mman.testing.Requirements;
import io.mman.testing.TracedThread;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which pages count as changed. */
class StagedRegionChangesTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  @TempDir(factory = InMemory.class)
  Path memory;

  private StagedRegion open(long size) {
    return open(folder, size);
  }

  private static StagedRegion open(Path folder, long size) {
    return StagedRegion.open(folder.resolve("file"), size, folder.resolve("journal"));
  }

  private static BitSet pages(PageRanges ranges) {
    BitSet pages = new BitSet();
    ranges.forEach(
        (offset, length) ->
            pages.set((int) (offset / PAGE), (int) ((offset + length + PAGE - 1) / PAGE)));
    return pages;
  }

  /** More ranges than the kernel reports in one call. */
  private static BitSet change(StagedRegion db, int pages, Random random) {
    BitSet changed = new BitSet();
    while (changed.cardinality() < pages) {
      int page = random.nextInt((int) (db.size() / PAGE));
      changed.set(page);
      db.segment().set(JAVA_BYTE, page * PAGE + random.nextInt((int) PAGE), (byte) 1);
    }
    return changed;
  }

  @Test
  void exactlyThePagesWithStoresAreChanged() {
    try (StagedRegion db = open(memory, 20_000 * PAGE)) {
      Random random = new Random(16);
      for (int pages : new int[] {1, 511, 512, 513, 2_000}) {
        long sum = 0; // pages that are only read do not count
        for (int i = 0; i < 1000; i++) {
          sum += db.segment().get(JAVA_BYTE, random.nextLong(db.size()));
        }
        assertTrue(sum >= 0);
        BitSet changed = change(db, pages, random);
        assertEquals(changed, pages(db.changes()));
        assertEquals(new Commit(pages, pages * PAGE), db.commit());
        assertEquals(new BitSet(), pages(db.changes()));
      }
    }
  }

  @Test
  void aKernelWithoutTheScanIsAskedForAllPages() throws Exception {
    Requirements.requireAttaching();
    try (StagedRegion db = open(memory, 20_000 * PAGE + 1);
        TracedThread thread = new TracedThread();
        TracedThread spare = new TracedThread()) {
      BitSet changed = change(db, 3000, new Random(17));
      changed.set(20_000);
      db.segment().set(JAVA_BYTE, 20_000 * PAGE, (byte) 1);
      try (Injection old =
          Injection.failing(List.of("ioctl:error=ENOTTY"), List.of(thread, spare))) {
        assertEquals(changed, thread.call(() -> pages(db.changes())));
        assertEquals(new Commit(3001, 3000 * PAGE + 1), thread.call(db::commit));
        List<String> calls = old.end().get(thread.id());
        assertEquals(2, calls.stream().filter(call -> call.contains("INJECTED")).count());
      }
      assertTrue(db.changes().isEmpty());
    }
  }

  @Test
  void changedPagesThatAreSwappedOutAreCommitted() throws Exception {
    boolean hasSwap = Files.readAllLines(Path.of("/proc/swaps")).size() > 1;
    try (StagedRegion db = open(1000 * PAGE)) {
      MemorySegment all = db.segment();
      for (int i = 0; i < 1000; i += 2) {
        all.set(JAVA_BYTE, i * PAGE, (byte) i);
      }
      Mman.madvise(all, Advice.PAGEOUT); // without swap space, the pages stay in memory
      assertEquals(500, pages(db.changes()).cardinality(), "swap: " + hasSwap);
      assertEquals(500, db.commit().pages());
      byte[] file = Files.readAllBytes(folder.resolve("file"));
      for (int i = 0; i < 1000; i++) {
        assertEquals(i % 2 == 0 ? (byte) i : 0, file[(int) (i * PAGE)]);
      }
    }
  }

  @Test
  void aFileMayBeLargerThanMemory() {
    try (StagedRegion db = open(1L << 40)) {
      db.segment().set(JAVA_BYTE, (1L << 39) + 1, (byte) 1);
      db.segment().set(JAVA_BYTE, (1L << 40) - 1, (byte) 2);
      assertEquals(new Commit(2, 2 * PAGE), db.commit());
      assertEquals(1, db.segment().get(JAVA_BYTE, (1L << 39) + 1));
      assertTrue(db.changes().isEmpty());
    }
  }
}
