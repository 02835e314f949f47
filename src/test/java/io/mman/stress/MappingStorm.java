package io.mman.stress;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.testing.Samples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Threads that map, lose and close surviving regions, each of which gets the place of another. */
public final class MappingStorm {
  private static final long PAGE = Mman.pageSize();
  private static final long PAGES = 8;
  private static final int THREADS = 4;

  private MappingStorm() {}

  /** Takes a folder and how many regions each thread maps. */
  public static void main(String... arguments) throws InterruptedException {
    int times = Integer.parseInt(arguments[1]);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Path path = Samples.file(Path.of(arguments[0]), PAGES * PAGE);
      Thread thread = new Thread(() -> map(path, times));
      thread.setUncaughtExceptionHandler((any, e) -> failure.compareAndSet(null, e));
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (failure.get() != null) {
      throw new AssertionError(failure.get());
    }
    System.out.println("survived");
  }

  private static void map(Path path, int times) {
    for (int i = 0; i < times; i++) {
      Samples.resize(path, PAGES * PAGE);
      try (MappedRegion region = Mapping.file(path).readWrite().surviveBusErrors().mapShared()) {
        Samples.resize(path, PAGE);
        require(region.segment().get(JAVA_BYTE, 5 * PAGE) == 0, "not zero");
        require(region.lostPages() == PAGES - 1, region.lostPages() + " lost");
      }
    }
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
