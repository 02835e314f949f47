package io.mman.internal.thread;

import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Platform threads that sleep in the kernel in place of virtual threads, so that carriers stay
 * free. Each sleeping virtual thread needs a separate platform thread, because it may be another
 * sleeping thread that will wake it. The {@link LibraryThreads} are not used, because all of them
 * could be asleep when one is needed.
 */
public final class SleepingThreads {
  /** The maximum number of virtual threads that can sleep at the same time. */
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

  /** The number of virtual threads for which a task runs, or that none of the threads serves. */
  private static final AtomicInteger WAITING = new AtomicInteger();

  private SleepingThreads() {}

  /** Loads the classes that {@link #run} needs, while classes can be loaded. */
  public static void prepare() {
    Objects.requireNonNull(HandedTask.class);
  }

  /** Returns the number of virtual threads that wait, with or without a thread. */
  public static int waiting() {
    return WAITING.get();
  }

  /**
   * Runs a task that sleeps and that ends by itself. If the current thread is a platform thread, it
   * runs the task itself. If it is a virtual thread, one of the sleeping threads runs the task
   * while the current thread waits. An interrupt of the virtual thread is passed on to the thread
   * that runs the task, so that the task sees the interrupt status in either case.
   *
   * @param alternative runs instead if the current thread is virtual and no thread is free. It must
   *     park instead of sleeping in the kernel
   */
  public static void run(Runnable task, Runnable alternative) {
    if (!Thread.currentThread().isVirtual()) {
      task.run();
      return;
    }
    WAITING.incrementAndGet();
    try {
      HandedTask handed = new HandedTask(task);
      if (handOver(handed)) {
        handed.await();
      } else {
        alternative.run();
      }
    } finally {
      WAITING.decrementAndGet();
    }
  }

  private static boolean handOver(HandedTask handed) {
    try {
      POOL.execute(handed);
      return true;
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      return !handed.cancel(); // a thread that could not be started may still run it
    }
  }
}
