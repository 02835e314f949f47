package io.mman.benchmarks.contests;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Protection;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures how long a change of a region takes while other threads call it without a pause: once
 * with threads that call the region, and once with threads that make the same calls on another
 * region, so that only the processors are busy. Prints a table of percentiles.
 */
public final class ChangeWaits {
  private static final int[] READERS = {0, 1, 4, 16, 200};
  private static final int[] BYTES = {1, 1 << 20};
  private static final long PAUSE_NANOS = 1_000_000;

  private final CountDownLatch start = new CountDownLatch(1);
  private volatile boolean done;

  private ChangeWaits() {}

  /**
   * Runs all cases.
   *
   * @param arguments the seconds for each case
   */
  public static void main(String... arguments) throws InterruptedException {
    long seconds = Long.parseLong(arguments[0]);
    System.out.println("| threads | bytes a call | they call | p50 | p99 | maximum | changes |");
    System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
    for (int bytes : BYTES) {
      for (int readers : READERS) {
        new ChangeWaits().run(readers, bytes, false, seconds);
        if (readers > 0) {
          new ChangeWaits().run(readers, bytes, true, seconds);
        }
      }
    }
  }

  private void run(int readers, int bytes, boolean other, long seconds)
      throws InterruptedException {
    try (MappedRegion region = Mapping.anonymous(1 << 20).populate().mapShared();
        MappedRegion second = Mapping.anonymous(1 << 20).populate().mapShared()) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < readers; i++) {
        MappedRegion read = other ? second : region;
        threads.add(Thread.ofPlatform().start(() -> read(read, bytes)));
      }
      start.countDown();
      change(region, 1); // compiles the loop
      long[] nanos = change(region, seconds);
      done = true;
      for (Thread thread : threads) {
        thread.join();
      }
      print(readers, bytes, other, nanos);
    }
  }

  private void read(MappedRegion region, int bytes) {
    MemorySegment target = MemorySegment.ofArray(new byte[bytes]);
    try {
      start.await();
    } catch (InterruptedException e) {
      return;
    }
    while (!done) {
      region.read(0, target);
    }
  }

  /** Narrows and widens the protection again and again, and returns the sorted times. */
  private static long[] change(MappedRegion region, long seconds) {
    long[] nanos = new long[2_000_000];
    int changes = 0;
    long end = System.nanoTime() + seconds * 1_000_000_000;
    while (System.nanoTime() < end && changes < nanos.length) {
      Protection next = changes % 2 == 0 ? Protection.READ : Protection.READ_WRITE;
      long start = System.nanoTime();
      region.protect(next);
      nanos[changes++] = System.nanoTime() - start;
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    region.protect(Protection.READ_WRITE);
    long[] sorted = Arrays.copyOf(nanos, changes);
    Arrays.sort(sorted);
    return sorted;
  }

  private static void print(int readers, int bytes, boolean other, long[] nanos) {
    System.out.printf(
        Locale.ROOT,
        "| %d | %d | %s | %.2f ms | %.2f ms | %.2f ms | %d |%n",
        readers,
        bytes,
        readers == 0 ? "nothing" : other ? "another region" : "this region",
        nanos[nanos.length / 2] / 1e6,
        nanos[nanos.length * 99 / 100] / 1e6,
        nanos[nanos.length - 1] / 1e6,
        nanos.length);
  }
}
