package io.mman.internal.ipc;

import io.mman.Errno;
import io.mman.internal.file.Descriptor;
import io.mman.internal.libc.SocketCalls;
import io.mman.internal.thread.SleepingThreads;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * One wait of a thread until a socket is readable. Another thread may sleep in its place. The
 * descriptor is in use for short times only, so that it can be closed without a long delay.
 * Interrupts have no effect, and the interrupt status is kept.
 */
final class SocketWait implements Runnable {
  /** The longest sleep in the kernel. */
  private static final long SLICE_NANOS = 20_000_000;

  /** The time between two checks of the socket if no thread is free to sleep. */
  private static final long POLL_NANOS = 1_000_000;

  private final Descriptor socket;
  private final Deadline deadline;
  private final BooleanSupplier isGivenUp;

  /** The last result of poll(2). */
  private int result;

  SocketWait(Descriptor socket, Deadline deadline, BooleanSupplier isGivenUp) {
    this.socket = socket;
    this.deadline = deadline;
    this.isGivenUp = isGivenUp;
  }

  /**
   * Waits.
   *
   * @return 1 if the socket is readable; 0 if the time has elapsed, the socket is closed or the
   *     caller has given up; or the negative errno
   */
  int await() {
    SleepingThreads.run(this, this::lookRepeatedly);
    return result;
  }

  @Override
  public void run() {
    do {
      look(Math.min(deadline.left(), SLICE_NANOS));
    } while (!isOver());
  }

  private void lookRepeatedly() {
    boolean interrupted = false;
    look(0);
    while (!isOver()) {
      LockSupport.parkNanos(this, Math.min(deadline.left(), POLL_NANOS));
      interrupted |= Thread.interrupted(); // a pause ends at once if the status is set
      look(0);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isOver() {
    return result != 0 || deadline.left() <= 0 || !socket.isOpen() || isGivenUp.getAsBoolean();
  }

  private void look(long nanos) {
    int fd = socket.acquireIfOpen();
    if (fd == Descriptor.CLOSED) {
      return;
    }
    try {
      long millis = TimeUnit.NANOSECONDS.toMillis(Math.max(0, nanos) + 999_999);
      result = SocketCalls.poll(fd, (int) millis);
    } finally {
      socket.release();
    }
    if (result == -Errno.EINTR.number()) {
      result = 0;
    }
  }
}
