package io.mman;

import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the calls of a region apart from its changes. Calls run beside each other; where a change
 * may revoke views or unmap pages, it waits for the calls in flight and runs alone.
 */
final class Gate {
  /** For one thread, or for a region that cannot change: nothing to keep apart. */
  static final Gate OPEN = new Gate(null, false);

  private final @Nullable StampedLock calls;

  /** Whether a change waits for other changes only, and not for calls. */
  private final boolean mutual;

  /** Held by such a change; made for the first one, since most regions never change. */
  private @Nullable ReentrantLock changes;

  private Gate(@Nullable StampedLock calls, boolean mutual) {
    this.calls = calls;
    this.mutual = mutual;
  }

  /** A gate whose changes wait for calls. */
  static Gate exclusive() {
    return new Gate(new StampedLock(), false);
  }

  /**
   * A gate whose changes, since they revoke nothing, wait for each other only.
   *
   * @param calls a lock that all calls hold for reading, so that its owner can wait for them
   */
  static Gate mutual(@Nullable StampedLock calls) {
    return new Gate(calls, true);
  }

  /** Begins a call; the stamp goes to {@link #leave}. */
  long enter() {
    return calls == null ? 0 : calls.readLock();
  }

  void leave(long stamp) {
    if (calls != null) {
      calls.unlockRead(stamp);
    }
  }

  /** Begins a change; the stamp goes to {@link #endChange}. */
  long beginChange() {
    if (mutual) {
      changes().lock();
      return enter();
    }
    return calls == null ? 0 : calls.writeLock();
  }

  void endChange(long stamp) {
    if (mutual) {
      leave(stamp);
      changes().unlock();
    } else if (calls != null) {
      calls.unlockWrite(stamp);
    }
  }

  private synchronized ReentrantLock changes() {
    if (changes == null) {
      changes = new ReentrantLock();
    }
    return changes;
  }
}
