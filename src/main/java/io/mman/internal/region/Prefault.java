package io.mman.internal.region;

import io.mman.Advice;
import io.mman.Errno;
import io.mman.MmanException;
import io.mman.Protection;
import io.mman.internal.call.SystemCalls;
import io.mman.internal.error.Failure;
import io.mman.internal.error.HugePages;
import io.mman.internal.error.ResourceLimits;
import io.mman.internal.platform.Platform;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Faults pages in as MAP_POPULATE does, but reports a page that cannot be allocated. */
final class Prefault {
  /** Starting a thread takes less than a hundredth of the time that faulting in this much takes. */
  private static final long BYTES_PER_THREAD = 64 << 20;

  /** More threads than this wait for each other in the kernel. */
  private static final int MAX_THREADS = 4;

  private Prefault() {}

  /**
   * Faults the pages of a range in: for writing if a write would copy them, otherwise for reading.
   *
   * @throws MmanException {@code EFAULT} if a page is missing or cannot be allocated
   * @throws UnsupportedOperationException if the kernel lacks the advice
   */
  static void populate(MemorySegment pages, Protection protection, Backing backing) {
    boolean write = protection.canWrite() && (backing.kind().isPrivate() || !protection.canRead());
    if (pages.byteSize() == 0 || !(write || protection.canRead())) {
      return; // MAP_POPULATE does not touch inaccessible pages either
    }
    Advice advice = write ? Advice.POPULATE_WRITE : Advice.POPULATE_READ;
    try {
      populate(pages, advice, backing);
    } catch (MmanException e) {
      if (e.error() == Errno.EINVAL && !advice.isSupported()) {
        throw Platform.lacks("MADV_" + advice + " of Linux 5.14");
      }
      if (e.error() == Errno.EFAULT && backing.hugePage() > 0) {
        Failure failure = Failure.of("madvise", -e.errno()).range(pages).arg(advice);
        String reason = ResourceLimits.outOfHugePages(backing.hugePage());
        throw failure.about(backing.path()).because(reason).exception();
      }
      throw e;
    }
  }

  /**
   * Faults the first piece in on this thread and the others on threads of their own. On two
   * processors this takes half the time (contest {@code faults-populate} of the benchmarks).
   */
  private static void populate(MemorySegment pages, Advice advice, Backing backing) {
    int processors = Runtime.getRuntime().availableProcessors();
    long threads = Math.min(pages.byteSize() / BYTES_PER_THREAD, Math.min(processors, MAX_THREADS));
    if (threads < 2) {
      SystemCalls.madvise(pages, advice, backing.path(), true);
      return;
    }
    long bytes = PageRange.ceil(pages.byteSize() / threads, HugePages.transparentBytes());
    Piece[] pieces = new Piece[(int) Math.ceilDiv(pages.byteSize(), bytes)];
    CountDownLatch started = new CountDownLatch(pieces.length - 1);
    for (int i = 0; i < pieces.length; i++) {
      long start = i * bytes;
      MemorySegment part = pages.asSlice(start, Math.min(bytes, pages.byteSize() - start));
      pieces[i] = new Piece(part, advice, backing, started);
    }
    for (int i = 1; i < pieces.length; i++) {
      pieces[i].start();
    }
    pieces[0].populate();
    for (int i = 1; i < pieces.length; i++) {
      pieces[i].finish();
    }
    for (Piece piece : pieces) {
      if (piece.failure != null) {
        throw piece.failure;
      }
    }
  }

  /** A part of the pages. The caller gets the first failure of all parts. */
  private static final class Piece implements Runnable {
    private final Thread thread = new Thread(null, this, "mman-populate", 0, false);
    private final MemorySegment pages;
    private final Advice advice;
    private final Backing backing;
    private final CountDownLatch started;
    private boolean hasThread = true;
    private @Nullable RuntimeException failure;

    Piece(MemorySegment pages, Advice advice, Backing backing, CountDownLatch started) {
      thread.setDaemon(true);
      // The only thread that could close a confined arena waits for this one.
      this.pages =
          pages.isAccessibleBy(thread)
              ? pages
              : MemorySegment.ofAddress(pages.address()).reinterpret(pages.byteSize());
      this.advice = advice;
      this.backing = backing;
      this.started = started;
    }

    /** Starts the thread, if the JVM can create one. */
    void start() {
      try {
        thread.start();
      } catch (OutOfMemoryError | StackOverflowError e) {
        hasThread = false;
        started.countDown();
      }
    }

    @Override
    public void run() {
      started.countDown();
      populate();
    }

    /**
     * Faults the pages in, but not before all threads run: a thread that starts needs the lock on
     * the address space that the first madvise holds, and would wait until it ends.
     */
    void populate() {
      awaitAllStarted();
      try {
        SystemCalls.madvise(pages, advice, backing.path(), true);
      } catch (RuntimeException e) {
        failure = e;
      }
    }

    private void awaitAllStarted() {
      boolean interrupted = false;
      while (started.getCount() > 0) {
        try {
          started.await();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      restoreInterrupt(interrupted);
    }

    /**
     * Waits even if interrupted, because the pages must stay until the kernel is done with them.
     */
    void finish() {
      if (!hasThread) {
        populate();
        return;
      }
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      restoreInterrupt(interrupted);
    }

    private static void restoreInterrupt(boolean interrupted) {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
