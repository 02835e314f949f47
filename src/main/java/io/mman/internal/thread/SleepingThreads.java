package io.mman.internal.thread;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Platform threads that sleep in the kernel for virtual threads, whose carriers stay free. Each
 * sleeper needs a thread of its own, because what wakes it may be another sleeper. They are
 * therefore not the {@link LibraryThreads}, all of which could be asleep when one is needed.
 */
public final class SleepingThreads {
  /** The number of virtual threads that can sleep at a time. */
  static final int MAX_THREADS = 1024;

  private static final long IDLE_SECONDS = 2;

  /** Enough for a system call and little else. The JVM and the system may round it up. */
  private static final long STACK_BYTES = 256 << 10;

  private static final ThreadPoolExecutor POOL =
      new ThreadPoolExecutor(
          0,
          MAX_THREADS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          new DaemonFactory("mman-sleeper-", STACK_BYTES));

  private SleepingThreads() {}

  /**
   * Runs a task that sleeps and that ends by itself. A platform thread runs it itself. A virtual
   * thread has it run by one of the threads, and waits until it has ended; if it is interrupted
   * meanwhile, that thread is, so that the task sees its interrupt status in either case.
   *
   * @return false if the current thread is virtual and no thread is free; the task is not run then
   */
  public static boolean run(Runnable task) {
    if (!Thread.currentThread().isVirtual()) {
      task.run();
      return true;
    }
    HandedTask handed = new HandedTask(task);
    try {
      POOL.execute(handed);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      if (handed.cancel()) {
        return false;
      }
    }
    handed.await();
    return true;
  }
}
