package io.mman.internal.ipc;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Counts the threads inside the methods of a lock. The lock file is closed only after the last of
 * them has left, and while the region is open never while a thread holds the lock through this
 * object.
 */
final class LockUse {
  private static final long PAUSE_NANOS = 1_000_000;

  private static final int CLOSED = 1 << 31;
  private static final int HELD = 1 << 30;
  private static final int USERS = HELD - 1;

  /** The number of users; the holder of the lock is not counted but sets {@link #HELD}. */
  private final AtomicInteger state = new AtomicInteger();

  /**
   * Adds a user.
   *
   * @throws IllegalStateException if the lock is closed
   */
  void enter() {
    int before;
    do {
      before = state.get();
      if (before < 0) {
        throw closedException();
      }
    } while (!state.compareAndSet(before, before + 1));
  }

  void leave() {
    state.getAndDecrement();
  }

  /**
   * Makes a user the holder, unless the lock has been closed, or another user holds it. There is
   * another one only if the memory of the lock has been overwritten.
   */
  boolean hold() {
    int before;
    do {
      before = state.get();
      if (before < 0 || (before & HELD) != 0) {
        return false;
      }
    } while (!state.compareAndSet(before, before - 1 + HELD));
    return true;
  }

  /** Makes the holder a user again. */
  void endHold() {
    state.getAndAdd(1 - HELD);
  }

  boolean isOpen() {
    return state.get() >= 0;
  }

  void requireOpen() {
    if (!isOpen()) {
      throw closedException();
    }
  }

  /**
   * Prevents further threads from entering, and waits until all but the holder have left.
   *
   * @param evenIfHeld whether the lock is closed even if a thread holds it
   * @return false if the lock was already closed
   */
  boolean close(boolean evenIfHeld) {
    int before;
    do {
      before = state.get();
      if (before < 0) {
        return false;
      }
      if ((before & HELD) != 0 && !evenIfHeld) {
        throw new IllegalStateException("a thread holds the lock");
      }
    } while (!state.compareAndSet(before, before | CLOSED));
    awaitUsers();
    return true;
  }

  private void awaitUsers() {
    boolean interrupted = false;
    while ((state.get() & USERS) != 0) {
      LockSupport.parkNanos(this, PAUSE_NANOS);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  static IllegalStateException closedException() {
    return new IllegalStateException("the lock is closed");
  }
}
