package io.mman.internal.thread;

import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A pool of at most four platform threads that make system calls which may wait for a medium. A
 * thread is started when it is needed, and ends after two idle seconds.
 *
 * <p>Every task must end without the help of another task: it must neither wait for one nor run
 * user code, which might do so. If all threads waited, no task would ever end.
 */
public final class LibraryThreads {
  private static final int MAX_THREADS = 4;
  private static final long IDLE_SECONDS = 2;

  private static final ThreadPoolExecutor POOL = newPool();

  private LibraryThreads() {}

  /**
   * Runs a task on one of the threads. Tasks begin in the order of these calls.
   *
   * @throws OutOfMemoryError if the system cannot start a thread that is needed. The task may
   *     nevertheless be run later, so the task itself must ensure that it is run only once
   */
  public static void execute(Runnable task) {
    POOL.execute(task);
  }

  /**
   * Runs user code, which may block, on a new virtual thread. If no thread can be started, the
   * current thread runs the code.
   */
  public static void executeUserCode(Runnable code) {
    Thread thread =
        Thread.ofVirtual()
            .name("mman-future")
            .inheritInheritableThreadLocals(false)
            .unstarted(code);
    try {
      thread.start();
    } catch (RuntimeException | Error e) {
      code.run();
    }
  }

  private static ThreadPoolExecutor newPool() {
    // A queue without locks: a thread of the pool would otherwise have to wait for a virtual thread
    // that holds the lock, and that may not get a carrier while others pin theirs.
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            MAX_THREADS,
            MAX_THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedTransferQueue<>(),
            new DaemonFactory("mman-", 0));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
