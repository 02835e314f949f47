package io.mman.ipc;

import io.mman.MappedRegion;
import io.mman.MmanException;
import io.mman.internal.ipc.FutexWord;
import io.mman.internal.ipc.Timeout;
import io.mman.internal.region.Engines;
import java.time.Duration;

/**
 * A word of shared memory that threads of any process can wait for: {@code futex(2)} of Linux,
 * {@code os_sync_wait_on_address} of macOS since 14.4, {@code _umtx_op(2)} of FreeBSD.
 *
 * <p>The word is an {@code int} with a meaning that its users agree on. A thread that has to wait
 * for it to change calls {@link #await} with the value that it has seen. The kernel compares it
 * with the word and, if they are equal, lets the thread sleep until another thread calls {@link
 * #wake}. Comparing and going to sleep are one step, so that no wake-up is lost in between. Whoever
 * changes the word wakes the waiters afterwards:
 *
 * {@snippet class="io.mman.examples.Snippets" region="futex"}
 *
 * <p>The kernel identifies the word by the file and the offset in it, not by its address. Threads
 * that have mapped the file at different addresses or in different processes, in C or any other
 * language, wait for the same word. Words of private mappings are shared by the threads of this
 * process only.
 *
 * <p><b>Memory model.</b> Neither {@code await} nor {@code wake} orders accesses to memory. Store
 * the word with {@code setRelease} or a stronger mode and load it with {@code getAcquire}: what was
 * written before the store is then visible after the load. These modes mean the same between
 * processes as between threads, because they are the instructions of the processor.
 *
 * <p><b>The region.</b> A waiting thread does not keep the region from being closed. {@code close},
 * {@code protect}, {@code resize}, {@code split} and {@code join} of the region do not wait for
 * waiting threads, which then throw {@link IllegalStateException} within a tenth of a second. The
 * same happens when the arena or group is closed whose lifetime the region borrows.
 *
 * <p><b>Threads.</b> If the region is not confined, any number of threads can use the object. A
 * platform thread sleeps in the kernel. A virtual thread parks, while a daemon thread of the
 * library sleeps in its place, and its carrier is free. If no such thread can be started, or more
 * than 1024 virtual threads wait at a time, the virtual thread looks at the word once a millisecond
 * instead; it then notices a changed value, but {@code wake} neither ends its wait nor counts it.
 *
 * <p>An object of this class needs no closing. It has no state of its own, and two objects at one
 * place are interchangeable.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/futex.2.html">futex(2)</a>
 */
public final class Futex {
  private final FutexWord word;

  private Futex(FutexWord word) {
    this.word = word;
  }

  /**
   * Returns the word at a place of a region.
   *
   * @param region the region; it should be shared between those who wait and those who wake
   * @param offset the offset of the word in bytes
   * @return the word
   * @throws IndexOutOfBoundsException if the word is not inside the region
   * @throws IllegalArgumentException if the address of the word is not a multiple of 4
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws UnsupportedOperationException if the system has none of the calls
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   */
  public static Futex at(MappedRegion region, long offset) {
    return new Futex(FutexWord.at(Engines.region(region), offset));
  }

  /**
   * Waits until the word has another value, or another thread wakes this one, or the time is up.
   * The method may also return true without any cause, so callers load the word again and decide
   * whether to wait again.
   *
   * @param expected the value that the word is expected to have
   * @param time the longest time to wait, which is not limited; zero or a negative time only
   *     compares
   * @return true if the word had another value or the thread was woken; false if the time is up
   * @throws InterruptedException if the thread is interrupted before or while it waits; its
   *     interrupt status is cleared. A waiting thread notices this within a tenth of a second
   * @throws IllegalStateException if the region is closed, or is closed or changed during the wait
   * @throws IndexOutOfBoundsException if the word is no longer inside the region
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException {@code EFAULT} if the page of the word cannot be accessed, because the
   *     file has been truncated or the protection forbids it
   */
  public boolean await(int expected, Duration time) throws InterruptedException {
    return word.await(expected, Timeout.nanos(time));
  }

  /**
   * Wakes threads that wait for the word, in this process or another.
   *
   * @param count the largest number of threads to wake; 0 wakes none
   * @return the number of threads woken. FreeBSD does not report it; the result is {@code count}
   *     there
   * @throws IllegalArgumentException if the number is negative
   * @throws IllegalStateException if the region is closed
   * @throws IndexOutOfBoundsException if the word is no longer inside the region
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException {@code EFAULT} if the page of the word cannot be accessed, because the
   *     file has been truncated or the protection forbids it
   */
  public int wake(int count) {
    return word.wake(count);
  }

  /**
   * Wakes all threads that wait for the word, in this process or another.
   *
   * @return the number of threads woken. FreeBSD does not report it; the result is {@link
   *     Integer#MAX_VALUE} there
   * @throws IllegalStateException if the region is closed
   * @throws IndexOutOfBoundsException if the word is no longer inside the region
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException {@code EFAULT} if the page of the word cannot be accessed, because the
   *     file has been truncated or the protection forbids it
   */
  public int wakeAll() {
    return word.wake(Integer.MAX_VALUE);
  }

  /**
   * Returns a description of the word.
   *
   * @return its region and offset
   */
  @Override
  public String toString() {
    return word.toString();
  }
}
