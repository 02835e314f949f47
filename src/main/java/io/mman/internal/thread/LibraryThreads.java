package io.mman.internal.thread;

import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A few platform threads that make system calls which may wait for a medium. A thread is started
 * when it is needed, and ends when it has been idle for some seconds.
 *
 * <p>Every task must end by itself. It must neither wait for another task nor run code of the user,
 * which might do so: with all threads waiting, no task would ever end.
 */
public final class LibraryThreads {
  private static final int MAX_THREADS = 4;
  private static final long IDLE_SECONDS = 2;

  private static final ThreadPoolExecutor POOL = newPool();

  private LibraryThreads() {}

  /**
   * Runs a task on one of the threads, after the tasks that were given before.
   *
   * @throws OutOfMemoryError if a thread is needed and the system cannot start it. The task may
   *     nevertheless be run later, so it must itself make sure that it is run only once
   */
  public static void execute(Runnable task) {
    POOL.execute(task);
  }

  /**
   * Runs code of the user, which may wait for anything, on a virtual thread of its own. If none can
   * be started, the current thread runs it.
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
