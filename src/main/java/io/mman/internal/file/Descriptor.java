package io.mman.internal.file;

import io.mman.internal.libc.FileCalls;
import io.mman.internal.platform.LockType;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A descriptor that is closed once, after the calls that use it have ended. Its number is therefore
 * never used after it is closed, when it may already belong to another file.
 */
public final class Descriptor {
  /** Stands for the number of a closed descriptor. */
  public static final int CLOSED = -1;

  private static final int CLOSING = Integer.MIN_VALUE;

  private final int fd;
  private final Path path;

  /** The number of calls in flight, plus {@link #CLOSING} once the descriptor is to be closed. */
  private final AtomicInteger calls = new AtomicInteger();

  /** Whether the descriptor has been closed for all but its holders. */
  private boolean hasClosed;

  private volatile boolean mayHoldLock;

  /** Whether code outside the library may know the number, and rely on the file offset. */
  private boolean revealed;

  /** The users for which the descriptor stays open after it is closed for everyone else. */
  private int holders;

  /** Whether {@link #seekEnd} has moved the file offset away from where open(2) has left it. */
  private boolean moved;

  /**
   * Takes over an open descriptor.
   *
   * @param revealed whether code outside the library may know the number
   */
  public Descriptor(int fd, Path path, boolean revealed) {
    this.fd = fd;
    this.path = path;
    this.revealed = revealed;
  }

  /**
   * Returns the number, which stays open until {@link #release}.
   *
   * @throws IllegalStateException if the descriptor is closed; {@link #release} must not be called
   *     then
   */
  int acquire() {
    int number = acquireIfOpen();
    if (number == CLOSED) {
      throw new IllegalStateException("the file is closed: " + path);
    }
    return number;
  }

  /** Returns the number as {@link #acquire} does, or {@link #CLOSED}. */
  public int acquireIfOpen() {
    int before;
    do {
      before = calls.get();
      if (before < 0) {
        return CLOSED;
      }
    } while (!calls.compareAndSet(before, before + 1));
    return fd;
  }

  public void release() {
    if (calls.decrementAndGet() == CLOSING) {
      synchronized (this) {
        notifyAll();
      }
    }
  }

  /**
   * Keeps the number open until {@link #endHold}, even after {@link #close}. The caller has
   * acquired the descriptor.
   */
  synchronized void hold() {
    holders++;
  }

  /** Ends one {@link #hold}. The last one closes the number, if the descriptor is closed. */
  synchronized void endHold() {
    holders--;
    if (holders == 0 && hasClosed) {
      FileCalls.close(fd);
    }
  }

  /** Returns the number for use by others, who find the file offset where open(2) has left it. */
  int reveal() {
    acquire(); // before the monitor, as by the callers of seekEnd
    try {
      restoreOffset();
      return fd;
    } finally {
      release();
    }
  }

  private synchronized void restoreOffset() {
    revealed = true;
    if (moved) {
      moved = FileCalls.seek(fd, 0, FileCalls.SEEK_SET) < 0;
    }
  }

  /**
   * Returns the length of the file, for a caller that has acquired the descriptor. It uses
   * lseek(2), which moves the file offset but takes half the time of fstat(2): some 300 ns less for
   * each mapping of an open file (contest {@code lifetimes-length} of the benchmarks).
   *
   * @return the length, or a negative number if the offset must not be moved
   */
  synchronized long seekEnd() {
    if (revealed) {
      return -1;
    }
    moved = true;
    return FileCalls.seek(fd, 0, FileCalls.SEEK_END);
  }

  public boolean isOpen() {
    return calls.get() >= 0;
  }

  /** Makes {@link #close} release the file lock that the caller is about to request. */
  void willLock() {
    mayHoldLock = true;
  }

  /**
   * Waits for the calls that use the descriptor, and closes it. A second call has no effect; it
   * waits until the first one has ended.
   *
   * @return the result of close(2), or 0 if others hold the number open
   */
  public synchronized int close() {
    boolean isFirst = beginClose();
    boolean interrupted = false;
    while (isFirst ? calls.get() != CLOSING : !hasClosed) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return isFirst ? closeNow() : 0;
  }

  /** Lets no further call use the descriptor. Returns whether this is the first attempt. */
  private boolean beginClose() {
    int before;
    do {
      before = calls.get();
    } while (before >= 0 && !calls.compareAndSet(before, before + CLOSING));
    return before >= 0;
  }

  private int closeNow() {
    hasClosed = true;
    notifyAll();
    if (mayHoldLock) {
      // A mapping would keep the open file description alive, and with it the lock.
      FileCalls.setLock(fd, LockType.UNLCK);
    }
    return holders == 0 ? FileCalls.close(fd) : 0;
  }
}
