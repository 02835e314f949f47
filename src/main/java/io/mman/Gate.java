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
  static final Gate OPEN = new Gate(null, null);

  private final @Nullable StampedLock calls;

  /** Held by a change that revokes nothing, which need not wait for calls. */
  private final @Nullable ReentrantLock changes;

  private Gate(@Nullable StampedLock calls, @Nullable ReentrantLock changes) {
    this.calls = calls;
    this.changes = changes;
  }

  /** A gate whose changes wait for calls. */
  static Gate exclusive() {
    return new Gate(new StampedLock(), null);
  }

  /**
   * A gate whose changes, since they revoke nothing, wait for each other only.
   *
   * @param calls a lock that all calls hold for reading, so that its owner can wait for them
   */
  static Gate mutual(@Nullable StampedLock calls) {
    return new Gate(calls, new ReentrantLock());
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
    if (changes == null) {
      return calls == null ? 0 : calls.writeLock();
    }
    changes.lock();
    return enter();
  }

  void endChange(long stamp) {
    if (changes == null) {
      if (calls != null) {
        calls.unlockWrite(stamp);
      }
      return;
    }
    leave(stamp);
    changes.unlock();
  }
}
