package io.mman.examples;

import io.mman.NativeFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Lets four threads count accesses in random pages of a file that is 16 times larger than the
 * {@link PagePool} that they use. The optional argument is the number of pages of the file, by
 * default 65536, which is 256 MiB. The file is a temporary one without blocks.
 */
public final class PagePoolMain {
  private static final int THREADS = 4;
  private static final int ACCESSES = 10_000;

  private PagePoolMain() {}

  public static void main(String... arguments) throws IOException, InterruptedException {
    int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 65536;
    Path path = Files.createTempFile("page-pool", ".bin");
    try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE)) {
      file.resize((long) count * PagePool.PAGE);
      try (PagePool pool = new PagePool(file, Math.max(1, count / 16))) {
        run(pool, count);
      }
    } finally {
      Files.delete(path);
    }
  }

  private static void run(PagePool pool, int count) throws InterruptedException {
    long start = System.nanoTime();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      SplittableRandom random = new SplittableRandom(i);
      threads.add(Thread.ofPlatform().start(() -> access(pool, random, count)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long misses = pool.misses.get();
    long sum = 0;
    for (int page = 0; page < count; page++) {
      sum += pool.getLong(page, 0);
    }
    System.out.printf(
        Locale.ROOT,
        "%,d accesses (%,.0f a second), %,d misses, %,d of %,d pages in memory%n",
        sum,
        sum / seconds,
        misses,
        pool.memory.residentPages(0, pool.memory.size()),
        count);
  }

  private static void access(PagePool pool, SplittableRandom random, int count) {
    for (int i = 0; i < ACCESSES; i++) {
      pool.write(random.nextInt(count), PagePoolMain::increment);
    }
  }

  private static void increment(MemorySegment page) {
    var counter = ValueLayout.JAVA_LONG;
    page.set(counter, 0, page.get(counter, 0) + 1);
  }
}
