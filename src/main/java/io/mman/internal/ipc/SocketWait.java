package io.mman.internal.ipc;

import io.mman.Errno;
import io.mman.internal.file.Descriptor;
import io.mman.internal.libc.SocketCalls;
import io.mman.internal.thread.SleepingThreads;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * One wait of a thread until a socket can be read. Another thread may sleep in its place. The
 * descriptor is in use for short times only, so that closing it does not take long. Interrupts have
 * no effect, and the interrupt status is kept.
 */
final class SocketWait implements Runnable {
  /** The longest time in the kernel. */
  private static final long SLICE_NANOS = 20_000_000;

  /** The time between two looks at the socket, where no thread is free to sleep. */
  private static final long POLL_NANOS = 1_000_000;

  private final Descriptor socket;
  private final Deadline deadline;
  private final BooleanSupplier isGivenUp;

  /** What poll(2) has returned last. */
  private int result;

  SocketWait(Descriptor socket, Deadline deadline, BooleanSupplier isGivenUp) {
    this.socket = socket;
    this.deadline = deadline;
    this.isGivenUp = isGivenUp;
  }

  /**
   * Waits.
   *
   * @return 1 if the socket can be read; 0 if the time is up, the socket is closed or the wait has
   *     been given up; or the negative errno
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
