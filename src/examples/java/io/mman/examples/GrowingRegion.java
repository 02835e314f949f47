package io.mman.examples;

import io.mman.MappedRegion;
import io.mman.Mapping;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Extends a mapped file repeatedly while another thread reads it through the first view. The view
 * stays valid, because the region has reserved the address space into which it grows.
 *
 * <pre>
 * mvn -q test-compile exec:exec -Dexample=GrowingRegion
 * </pre>
 */
public final class GrowingRegion {
  private static final long MIB = 1 << 20;
  private static final long LAST = 64 * MIB;
  private static final int BAR = 32; // in characters

  /** The first bytes of the file contain its current size, which the other thread reads. */
  private static final VarHandle SIZE = ValueLayout.JAVA_LONG.varHandle();

  private GrowingRegion() {}

  public static void main(String... arguments) throws IOException, InterruptedException {
    run();
  }

  static void run() throws IOException, InterruptedException {
    System.out.println(
        """
        GrowingRegion: a mapped file grows while another thread reads it through the first view
          FileChannel.map cannot do this: a mapping has a fixed size, and a larger one replaces it.
        """);
    Path path = Files.createTempFile("mman-growing-", ".bin");
    try (MappedRegion region = Mapping.file(path).create(MIB).reserve(LAST).mapShared()) {
      Reader reader = new Reader(region.segment());
      reader.start();
      for (long size = 2 * MIB; size <= LAST; size *= 2) {
        MemorySegment newest = region.extend(size);
        SIZE.setRelease(newest, 0L, size);
        reader.awaitSize(size);
        System.out.printf(
            Locale.ROOT,
            "  %2d MiB  %s  at %x; the first view shows %2d MiB, after %,d reads%n",
            size / MIB,
            bar(size),
            newest.address(),
            reader.seen / MIB,
            reader.reads);
      }
      reader.join();
    } finally {
      Files.delete(path);
    }
  }

  private static String bar(long size) {
    int length = (int) (size * BAR / LAST);
    return "[" + "O".repeat(length) + " ".repeat(BAR - length) + "]";
  }

  private static final class Reader extends Thread {
    private final MemorySegment first;
    private volatile long reads;
    private volatile long seen;

    Reader(MemorySegment first) {
      this.first = first;
      setDaemon(true);
    }

    @Override
    public void run() {
      for (long count = 1; seen < LAST; count++) {
        reads = count;
        seen = (long) SIZE.getAcquire(first, 0L);
      }
    }

    /** Waits until this thread has read the given size, or throws an exception if it has ended. */
    void awaitSize(long size) throws InterruptedException {
      while (seen < size) {
        if (!isAlive()) {
          throw new IllegalStateException("the reading thread has ended");
        }
        Thread.sleep(1);
      }
    }
  }
}
