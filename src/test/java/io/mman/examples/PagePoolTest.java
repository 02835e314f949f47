package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Advice;
import io.mman.NativeFile;
import io.mman.testing.ChildJvm;
import io.mman.testing.Samples;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers and writers of a file that is many times larger than their pool. */
class PagePoolTest {
  private static final int PAGES = 1000;
  private static final int CAPACITY = 64;
  private static final int THREADS = 4;
  private static final int STEPS = 2500;
  private static final int LAST = PagePool.PAGE - Long.BYTES;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  @TempDir Path folder;

  private NativeFile open() {
    Assumptions.assumeTrue(Advice.NOHUGEPAGE.isSupported(), "the pool is for Linux");
    Path path = Samples.sparse(folder, (long) PAGES * PagePool.PAGE);
    return NativeFile.open(path, StandardOpenOption.WRITE);
  }

  /** Every page has its counter in the first and in the last word. */
  @Test
  void noChangeIsLostAndNoneIsSeenHalf() {
    AtomicLongArray model = new AtomicLongArray(PAGES);
    try (NativeFile file = open()) {
      try (PagePool pool = new PagePool(file, CAPACITY)) {
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          SplittableRandom random = new SplittableRandom(i);
          threads.add(
              CompletableFuture.runAsync(
                  () -> play(pool, model, random), Thread.ofPlatform()::start));
        }
        threads.forEach(CompletableFuture::join);
        assertTrue(pool.misses.get() > THREADS * STEPS / 2, "few misses: " + pool.misses.get());
      }
      for (int page = 0; page < PAGES; page++) {
        byte[] bytes = Samples.read(file.path(), (long) page * PagePool.PAGE, PagePool.PAGE);
        MemorySegment written = MemorySegment.ofArray(bytes);
        assertEquals(model.get(page), written.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
        assertEquals(model.get(page), written.get(ValueLayout.JAVA_LONG_UNALIGNED, LAST));
      }
    }
  }

  private static void play(PagePool pool, AtomicLongArray model, SplittableRandom random) {
    for (int i = 0; i < STEPS; i++) {
      int page = random.nextInt(PAGES);
      switch (random.nextInt(3)) {
        case 0 -> pool.write(page, bytes -> increment(bytes, model.incrementAndGet(page)));
        case 1 -> pool.read(page, bytes -> requireEqual(bytes, model.get(page)));
        default -> {
          long before = model.get(page);
          long value = pool.getLong(page, 0);
          assertTrue(value >= before - THREADS && value <= model.get(page), "page " + page);
        }
      }
      if (i % 500 == 0) {
        long resident = pool.memory.residentPages(0, pool.memory.size());
        assertTrue(resident <= CAPACITY + THREADS, resident + " pages in memory");
      }
    }
  }

  private static void increment(MemorySegment page, long expected) {
    assertEquals(expected, page.get(LONG, 0) + 1);
    page.set(LONG, 0, expected);
    page.set(LONG, LAST, expected);
  }

  private static long requireEqual(MemorySegment page, long expected) {
    assertEquals(expected, page.get(LONG, 0));
    assertEquals(expected, page.get(LONG, LAST));
    return 0;
  }

  @Test
  void changesAreWrittenAtTheLatestWhenThePoolCloses() {
    Path path;
    try (NativeFile file = open();
        PagePool pool = new PagePool(file, 2)) {
      path = file.path();
      pool.write(1, page -> page.set(LONG, 8, 5));
      assertEquals(5, pool.getLong(1, 8));
      pool.flush();
      assertEquals(5, Samples.read(file.path(), PagePool.PAGE + 8, 1)[0]);
      pool.write(1, page -> page.set(LONG, 8, 6));
      for (int page = 2; page < 10; page++) {
        pool.getLong(page, 0);
      }
      assertEquals(6, Samples.read(file.path(), PagePool.PAGE + 8, 1)[0]);
      assertEquals(6, pool.getLong(1, 8));
      assertEquals(10, pool.misses.get());
      pool.write(3, page -> page.set(LONG, 8, 7));
    }
    assertEquals(7, Samples.read(path, 3 * PagePool.PAGE + 8, 1)[0]);
  }

  @Test
  void theProgramCountsAllAccesses() throws Exception {
    String line = ChildJvm.of(PagePoolMain.class).run("2000").success();
    assertTrue(line.startsWith("40,000 accesses ("), line);
  }
}
