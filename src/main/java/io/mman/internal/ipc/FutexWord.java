package io.mman.internal.ipc;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.libc.FutexCalls;
import io.mman.internal.platform.Platform;
import io.mman.internal.region.Region;
import io.mman.internal.region.RegionWord;
import io.mman.internal.thread.SleepingThreads;

/**
 * The implementation of {@link io.mman.ipc.Futex}: a word of shared memory on which threads wait.
 *
 * <p>Neither an interrupt nor a change of the region ends a system call. A thread therefore sleeps
 * for a short time only, then checks whether it has been interrupted and whether the region has
 * changed, and sleeps again. While the thread sleeps, the region is not in use: the kernel has
 * already read the word and no longer needs the memory.
 */
public final class FutexWord {
  private static final String TRUNCATED_OR_PROTECTED =
      "the page of the word cannot be accessed: the file has been truncated, or the protection"
          + " forbids it";

  private static final long LONGEST_PAUSE_NANOS = 50_000_000;

  private final RegionWord word;

  private FutexWord(RegionWord word) {
    this.word = word;
  }

  public static FutexWord at(Region region, long offset) {
    if (!FutexCalls.isSupported()) {
      throw Platform.lacks("waiting on a word of shared memory");
    }
    WaitPreload.prepare();
    return new FutexWord(RegionWord.at(region, offset, Integer.BYTES, Integer.BYTES));
  }

  /** Returns the number of threads woken. */
  public int wake(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("the number of threads to wake is negative: " + count);
    }
    if (count == 0) {
      word.place(); // the call itself would wake one thread
      return 0;
    }
    int result = word.call(memory -> FutexCalls.wake(memory, count));
    if (result < 0) {
      throw failure("wake", result);
    }
    return result;
  }

  /**
   * Waits until the word has another value or the thread is woken.
   *
   * @param nanos the maximum time to wait in nanoseconds; may be negative
   * @return false if the time has elapsed
   */
  public boolean await(int expected, long nanos) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    FutexWait wait = new FutexWait(word.place(), expected, nanos, true);
    SleepingThreads.run(wait, wait::poll);
    requireSuccess(wait);
    if (wait.isInterrupted()) {
      throw new InterruptedException();
    }
    return wait.isWoken();
  }

  /**
   * Waits like {@link #await}, but for at most 50 ms. Interrupts have no effect, and the interrupt
   * status is kept.
   */
  void pause(int expected, long nanos) {
    FutexWait wait =
        new FutexWait(word.place(), expected, Math.min(nanos, LONGEST_PAUSE_NANOS), false);
    SleepingThreads.run(wait, wait::poll);
    requireSuccess(wait);
  }

  private static void requireSuccess(FutexWait wait) {
    if (!wait.isValid()) {
      throw new IllegalStateException("the region has been closed or changed during the wait");
    }
    if (wait.failure() != 0) {
      throw failure("wait", wait.failure());
    }
  }

  private static RuntimeException failure(String operation, int result) {
    Failure failure = Failure.of(FutexCalls.name(), result).arg(operation);
    String reason = failure.error() == Errno.EFAULT ? TRUNCATED_OR_PROTECTED : null;
    return failure.because(reason).exception();
  }

  @Override
  public String toString() {
    return "Futex[" + word + "]";
  }
}
