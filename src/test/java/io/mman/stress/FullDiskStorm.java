package io.mman.stress;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.testing.Samples;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Threads that store to the holes of a file on a full disk: every page is lost and counted once.
 */
public final class FullDiskStorm {
  private static final long PAGE = Mman.pageSize();
  private static final long PAGES = (64L << 20) / PAGE;
  private static final int THREADS = 4;
  private static final int ROUNDS = 5;

  private FullDiskStorm() {}

  /** Takes a folder on a disk of 8 MiB, which fills up in the first round. */
  public static void main(String... arguments) throws InterruptedException {
    Path path = Samples.sparse(Path.of(arguments[0]), PAGES * PAGE);
    try (MappedRegion region = Mapping.file(path).readWrite().surviveBusErrors().mapShared()) {
      long before = 0;
      for (int round = 1; round <= ROUNDS; round++) {
        store(region.segment(), round);
        for (long page = 0; page < PAGES; page++) {
          require(region.segment().get(JAVA_INT, page * PAGE) == round, "page " + page);
        }
        long lost = region.lostPages() - before;
        long stored = Samples.diskBytes(path) / PAGE;
        require(lost > 0, "the disk is not full");
        require(lost + stored == PAGES, lost + " lost and " + stored + " on the disk");
        requireReported(region, lost);
        region.restore();
        before += lost;
      }
    }
    System.out.println("survived");
  }

  /** Each thread stores to pages of its own, between those of the others. */
  private static void store(MemorySegment segment, int value) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int first = i;
      Thread thread =
          new Thread(
              () -> {
                for (long page = first; page < PAGES; page += THREADS) {
                  segment.set(JAVA_INT, page * PAGE, value);
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void requireReported(MappedRegion region, long lost) {
    try {
      region.requireIntact();
    } catch (MmanException e) {
      require(e.error() == Errno.EIO, e.toString());
      require(e.getMessage().contains(lost + " pages lost"), e.toString());
      return;
    }
    throw new AssertionError("intact");
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
