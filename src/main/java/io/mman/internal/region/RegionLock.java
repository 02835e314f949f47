package io.mman.internal.region;

import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * Separates the calls of a region from its changes. Calls run concurrently. A change that may
 * revoke views or unmap pages waits for the calls in flight and runs alone.
 */
final class RegionLock {
  /** For a region of one thread, and for one that cannot change: there is nothing to separate. */
  static final RegionLock NONE = new RegionLock(null, false);

  private final @Nullable StampedLock calls;

  /** Whether a change excludes other changes only, and no calls. */
  private final boolean changesOnly;

  /** Held by such a change. Created for the first one, because most regions never change. */
  private @Nullable ReentrantLock changes;

  private RegionLock(@Nullable StampedLock calls, boolean changesOnly) {
    this.calls = calls;
    this.changesOnly = changesOnly;
  }

  /** Returns a lock whose changes wait for calls. */
  static RegionLock exclusive() {
    return new RegionLock(new StampedLock(), false);
  }

  /**
   * Returns a lock whose changes, because they revoke nothing, wait for each other only.
   *
   * @param calls a lock that all calls hold for reading, so that its owner can wait for them
   */
  static RegionLock changesOnly(@Nullable StampedLock calls) {
    return new RegionLock(calls, true);
  }

  /** Begins a call; the stamp goes to {@link #endCall}. */
  long beginCall() {
    return calls == null ? 0 : calls.readLock();
  }

  void endCall(long stamp) {
    if (calls != null) {
      calls.unlockRead(stamp);
    }
  }

  /** Begins a change; the stamp goes to {@link #endChange}. */
  long beginChange() {
    if (changesOnly) {
      changes().lock();
      return beginCall();
    }
    return calls == null ? 0 : calls.writeLock();
  }

  void endChange(long stamp) {
    if (changesOnly) {
      endCall(stamp);
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
