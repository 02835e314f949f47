package io.mman.internal.thread;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A task that a virtual thread passes to a platform thread. The virtual thread waits until the task
 * has ended.
 */
final class HandedTask implements Runnable {
  private final Thread caller = Thread.currentThread();
  private final Runnable task;

  /** Whether the task has begun or been cancelled. */
  private boolean isTaken;

  /** The thread that is running the task, or null. */
  private @Nullable Thread worker;

  /** Whether the caller has been interrupted and the task has not cleared the interrupt status. */
  private boolean isInterrupted;

  private @Nullable Throwable thrown;

  /** Written after the result, and read before it. */
  private volatile boolean isDone;

  HandedTask(Runnable task) {
    this.task = task;
  }

  /** Prevents the task from being run. Returns false if it has already begun. */
  synchronized boolean cancel() {
    boolean isFirst = !isTaken;
    isTaken = true;
    return isFirst;
  }

  @Override
  public void run() {
    if (!begin()) {
      return;
    }
    try {
      task.run();
    } catch (Throwable e) {
      thrown = e;
    }
    end();
    LockSupport.unpark(caller);
  }

  private synchronized boolean begin() {
    if (isTaken) {
      return false;
    }
    isTaken = true;
    worker = Thread.currentThread();
    if (isInterrupted) {
      worker.interrupt();
    }
    return true;
  }

  private synchronized void end() {
    worker = null;
    isInterrupted = Thread.interrupted();
    isDone = true;
  }

  /** Waits until the task has ended. If it has thrown an exception, this method throws it. */
  void await() {
    while (!isDone) {
      LockSupport.park(this);
      if (Thread.interrupted()) { // the next park would return at once
        passOnInterrupt();
      }
    }
    if (isInterrupted) {
      caller.interrupt();
    }
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    if (thrown instanceof Error e) {
      throw e;
    }
  }

  private synchronized void passOnInterrupt() {
    isInterrupted = true;
    if (worker != null) {
      worker.interrupt();
    }
  }
}
