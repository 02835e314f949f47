package io.mman.ipc;

import io.mman.MappedRegion;
import io.mman.MmanException;
import io.mman.internal.ipc.FutexWord;
import io.mman.internal.ipc.Timeout;
import io.mman.internal.region.Engines;
import java.time.Duration;

/**
 * A word of shared memory on which threads of any process can wait. The implementation uses {@code
 * futex(2)} on Linux, {@code os_sync_wait_on_address} on macOS 14.4 or later, and {@code
 * _umtx_op(2)} on FreeBSD.
 *
 * <p>The word is an {@code int} in native byte order, whose meaning its users agree on. To wait for
 * a change, a thread loads the word and passes the value to {@link #await}. The kernel compares
 * this value with the word and, if they are equal, puts the thread to sleep until another thread
 * calls {@link #wake}. The comparison and the start of the sleep are one atomic step, so no wake-up
 * is lost between them. A thread that changes the word wakes the waiting threads afterwards:
 *
 * {@snippet class="io.mman.examples.Snippets" region="futex"}
 *
 * <p>The kernel identifies a word of a shared mapping by the file and the offset in the file, not
 * by the address. Threads that have mapped the file at different addresses or in different
 * processes, in C or any other language, wait on the same word. A word of a private mapping is
 * shared by the threads of this process only.
 *
 * <p><b>Memory model.</b> Neither {@code await} nor {@code wake} orders memory accesses. Store the
 * word with {@code setRelease} and load it with {@code getAcquire}, or with stronger modes:
 * everything written before the store is then visible after the load. These modes have the same
 * effect between processes as between threads, because they are implemented by instructions of the
 * processor.
 *
 * <p><b>The region.</b> A waiting thread does not prevent the region from being closed. The methods
 * {@code close}, {@code protect}, {@code resize}, {@code split} and {@code join} of the region do
 * not wait for threads in {@code await}. Such a thread throws {@link IllegalStateException} within
 * about 100 milliseconds, or two seconds if hundreds of virtual threads wait. The same happens if
 * the region borrows its lifetime from an arena or group, and that is closed.
 *
 * <p><b>Threads.</b> If the region is not confined, any number of threads can use this object. A
 * platform thread that waits sleeps in the kernel. A virtual thread parks and releases its carrier,
 * and a daemon thread of the library sleeps in the kernel in its place. If no such thread can be
 * started, or if 1024 virtual threads are already waiting in this package, the virtual thread
 * checks the word about ten times per second instead. It then notices a changed value, but {@code
 * wake} neither wakes it nor counts it.
 *
 * <p>A {@code Futex} holds no resources and need not be closed. It has no state besides the word,
 * so two objects for the same word are interchangeable.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/futex.2.html">futex(2)</a>
 */
public final class Futex {
  private final FutexWord word;

  private Futex(FutexWord word) {
    this.word = word;
  }

  /**
   * Returns the word at an offset of a region.
   *
   * @param region the region. Other processes can wait on the word only if it is a shared mapping
   * @param offset the offset of the word from the start of the region, in bytes
   * @return the word
   * @throws IndexOutOfBoundsException if the four bytes of the word are not inside the region
   * @throws IllegalArgumentException if the address of the word is not a multiple of 4
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws UnsupportedOperationException if the system has none of the calls named above
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   */
  public static Futex at(MappedRegion region, long offset) {
    return new Futex(FutexWord.at(Engines.region(region), offset));
  }

  /**
   * Waits until the word differs from the expected value, another thread wakes this one, or the
   * time has elapsed. The method may also return true spuriously, so the caller should load the
   * word again and decide whether to wait again.
   *
   * @param expected the value that the word must have for this thread to wait
   * @param time the maximum time to wait. If it is zero or negative, the method only compares and
   *     does not wait. Any duration is allowed; one that is longer than {@link Long#MAX_VALUE}
   *     nanoseconds is treated as that time
   * @return true if the word had another value or the thread was woken; false if the time has
   *     elapsed
   * @throws InterruptedException if the current thread is interrupted before or during the wait;
   *     its interrupt status is cleared. A waiting thread notices the interrupt within about 100
   *     milliseconds
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the region is closed or changed during the wait
   * @throws IndexOutOfBoundsException if the word is no longer inside the region
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException with {@code EFAULT} if the page of the word cannot be accessed, because
   *     the file has been truncated or the protection forbids it
   */
  public boolean await(int expected, Duration time) throws InterruptedException {
    return word.await(expected, Timeout.nanos(time));
  }

  /**
   * Wakes up to a given number of threads that wait on the word, in this process or others.
   *
   * @param count the maximum number of threads to wake; 0 wakes none
   * @return the number of threads woken; on FreeBSD, which does not report it, {@code count}
   * @throws IllegalArgumentException if {@code count} is negative
   * @throws IllegalStateException if the region is closed
   * @throws IndexOutOfBoundsException if the word is no longer inside the region
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException with {@code EFAULT} if the page of the word cannot be accessed, because
   *     the file has been truncated or the protection forbids it
   */
  public int wake(int count) {
    return word.wake(count);
  }

  /**
   * Wakes all threads that wait on the word, in this process or others.
   *
   * @return the number of threads woken; on FreeBSD, which does not report it, {@link
   *     Integer#MAX_VALUE}
   * @throws IllegalStateException if the region is closed
   * @throws IndexOutOfBoundsException if the word is no longer inside the region
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException with {@code EFAULT} if the page of the word cannot be accessed, because
   *     the file has been truncated or the protection forbids it
   */
  public int wakeAll() {
    return word.wake(Integer.MAX_VALUE);
  }

  /**
   * Returns a description of the word.
   *
   * @return a description with the region and the offset
   */
  @Override
  public String toString() {
    return word.toString();
  }
}
