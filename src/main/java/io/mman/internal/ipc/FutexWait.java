package io.mman.internal.ipc;

import io.mman.Errno;
import io.mman.internal.libc.FutexCalls;
import io.mman.internal.region.RegionWord.Place;
import io.mman.internal.thread.SleepingThreads;
import java.util.concurrent.locks.LockSupport;

/** One wait of a thread on a word of memory. Another thread may sleep in its place. */
final class FutexWait implements Runnable {
  /**
   * The duration of the first sleep in the kernel. Each further sleep takes twice as long, up to
   * the longest one, so that a long wait takes little processor time.
   */
  private static final long FIRST_SLICE_NANOS = 10_000_000;

  private static final long LONGEST_SLICE_NANOS = 100_000_000;

  private static final long MOST_SLICE_NANOS = 2_000_000_000;

  /**
   * If more virtual threads than this wait, each sleep is longer, so that the number of wake-ups
   * per second does not grow.
   */
  private static final int FEW_THREADS = 32;

  /** The time between two checks of the word, per waiting thread, if no thread is free to sleep. */
  private static final long POLL_NANOS = 100_000;

  private final Place place;
  private final int expected;
  private final boolean isInterruptible;
  private final long nanos;
  private final long start = System.nanoTime();

  private boolean isWoken;
  private boolean isInterrupted;
  private int failure;

  FutexWait(Place place, int expected, long nanos, boolean isInterruptible) {
    this.place = place;
    this.expected = expected;
    this.nanos = nanos;
    this.isInterruptible = isInterruptible;
  }

  /** Sleeps in the kernel until the wait is over. */
  @Override
  public void run() {
    long left = nanos;
    long slice = FIRST_SLICE_NANOS;
    do {
      sleep(Math.max(0, Math.min(left, slice * factor())));
      slice = Math.min(2 * slice, LONGEST_SLICE_NANOS);
      left = nanos - (System.nanoTime() - start);
    } while (left > 0 && !isOver());
  }

  /** Returns the factor by which sleeps are longer, which is 1 unless many threads wait. */
  private static long factor() {
    long most = MOST_SLICE_NANOS / LONGEST_SLICE_NANOS;
    return Math.clamp(SleepingThreads.waiting() / FEW_THREADS, 1, most);
  }

  /** Checks the word repeatedly until the wait is over. */
  void poll() {
    long left = nanos;
    do {
      sleep(0);
      if (left > 0 && !isWoken) {
        LockSupport.parkNanos(place, Math.min(left, POLL_NANOS * SleepingThreads.waiting()));
      }
      left = nanos - (System.nanoTime() - start);
    } while (left > 0 && !isOver());
  }

  private boolean isOver() {
    if (isWoken || failure != 0 || !place.isCurrent()) {
      return true;
    }
    isInterrupted = isInterruptible && Thread.interrupted();
    return isInterrupted;
  }

  private void sleep(long time) {
    int result = FutexCalls.sleep(place.address(), expected, time);
    if (result >= 0 || result == -Errno.EAGAIN.number()) {
      isWoken = true;
    } else if (result != -Errno.ETIMEDOUT.number() && result != -Errno.EINTR.number()) {
      failure = result;
    }
  }

  /** Returns whether the region has been neither closed nor changed since the wait began. */
  boolean isValid() {
    return place.isCurrent();
  }

  /** Returns whether the thread was woken, or the word had another value. */
  boolean isWoken() {
    return isWoken;
  }

  boolean isInterrupted() {
    return isInterrupted;
  }

  /** Returns the negative errno if the call failed, or 0. */
  int failure() {
    return failure;
  }
}
