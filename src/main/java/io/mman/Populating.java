package io.mman;

import io.mman.platform.Platform;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Faults pages in as MAP_POPULATE does, but with a page that cannot be had as an error. */
final class Populating {
  /** A thread costs less than a hundredth of the time that so many bytes take. */
  private static final long BYTES_A_THREAD = 64 << 20;

  /** More wait for each other in the kernel. */
  private static final int MOST_THREADS = 4;

  private Populating() {}

  /**
   * Faults the pages of a range in: for writing where a write would copy them, else for reading.
   *
   * @throws MmanException {@code EFAULT} where a page is gone or cannot be allocated
   * @throws UnsupportedOperationException where the kernel lacks the advice
   */
  static void populate(MemorySegment pages, Protection protection, Backing backing) {
    boolean write = protection.canWrite() && (backing.kind().isPrivate() || !protection.canRead());
    if (pages.byteSize() == 0 || !(write || protection.canRead())) {
      return; // as MAP_POPULATE, which leaves pages alone that no one may touch
    }
    Advice advice = write ? Advice.POPULATE_WRITE : Advice.POPULATE_READ;
    try {
      populate(pages, advice, backing);
    } catch (MmanException e) {
      if (e.error() == Errno.EINVAL && !advice.isSupported()) {
        throw Platform.lacks("MADV_" + advice + " of a kernel older than Linux 5.14");
      }
      if (e.error() == Errno.EFAULT && backing.hugePage() > 0) {
        Failure failure = Failure.of("madvise", -e.errno()).range(pages).arg(advice);
        String reason = Limits.outOfHugePages(backing.hugePage());
        throw failure.about(backing.path()).because(reason).exception();
      }
      throw e;
    }
  }

  /** Leaves all pieces but the first to threads of their own, and waits for them. */
  private static void populate(MemorySegment pages, Advice advice, Backing backing) {
    int processors = Runtime.getRuntime().availableProcessors();
    long most = Math.min(pages.byteSize() / BYTES_A_THREAD, Math.min(processors, MOST_THREADS));
    if (most < 2) {
      Calls.madvise(pages, advice, backing.path());
      return;
    }
    long bytes = PageRange.ceil(pages.byteSize() / most, HugePages.transparentBytes());
    Piece[] pieces = new Piece[(int) Math.ceilDiv(pages.byteSize(), bytes)];
    for (int i = 0; i < pieces.length; i++) {
      long start = i * bytes;
      MemorySegment part = pages.asSlice(start, Math.min(bytes, pages.byteSize() - start));
      pieces[i] = new Piece(part, advice, backing);
    }
    for (int i = 1; i < pieces.length; i++) {
      pieces[i].start();
    }
    pieces[0].run();
    for (Piece piece : pieces) {
      piece.await();
    }
    for (Piece piece : pieces) {
      if (piece.failure != null) {
        throw piece.failure;
      }
    }
  }

  /** A part of the pages; the first failure of all is the caller's. */
  private static final class Piece implements Runnable {
    private final Thread thread = new Thread(null, this, "mman-populate", 0, false);
    private final MemorySegment pages;
    private final Advice advice;
    private final Backing backing;
    private @Nullable RuntimeException failure;

    Piece(MemorySegment pages, Advice advice, Backing backing) {
      thread.setDaemon(true);
      // The only thread that could close a confined arena waits for this one.
      this.pages =
          pages.isAccessibleBy(thread)
              ? pages
              : MemorySegment.ofAddress(pages.address()).reinterpret(pages.byteSize());
      this.advice = advice;
      this.backing = backing;
    }

    /** Without a thread to be had, the caller does the work. */
    void start() {
      try {
        thread.start();
      } catch (OutOfMemoryError e) {
        run();
      }
    }

    @Override
    public void run() {
      try {
        Calls.madvise(pages, advice, backing.path());
      } catch (RuntimeException e) {
        failure = e;
      }
    }

    /** Waits whatever interrupts: the pages must stay until the kernel is done with them. */
    void await() {
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
