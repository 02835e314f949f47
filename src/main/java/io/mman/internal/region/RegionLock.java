package io.mman.internal.region;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Separates the calls of a region from its changes. Calls run concurrently. A change that may
 * revoke views or unmap pages waits for the calls in flight and runs alone.
 */
final class RegionLock {
  /** For a region of one thread, and for one that cannot change: there is nothing to separate. */
  static final RegionLock NONE = new RegionLock(null, false);

  private final @Nullable CallLock calls;

  /** Whether a change excludes other changes only, and no calls. */
  private final boolean changesOnly;

  /** Held by such a change. Created for the first one, because most regions never change. */
  private @Nullable ReentrantLock changes;

  private RegionLock(@Nullable CallLock calls, boolean changesOnly) {
    this.calls = calls;
    this.changesOnly = changesOnly;
  }

  /** Returns a lock whose changes wait for calls. */
  static RegionLock exclusive() {
    return new RegionLock(new CallLock(), false);
  }

  /**
   * Returns a lock whose changes, because they revoke nothing, wait for each other only.
   *
   * @param calls a lock whose calls include those of the region, so that its owner can wait for
   *     them
   */
  static RegionLock changesOnly(@Nullable CallLock calls) {
    return new RegionLock(calls, true);
  }

  /**
   * Begins a call.
   *
   * @throws IllegalStateException if the region cannot be used before the current thread has ended
   *     a change that it is making
   */
  void beginCall() {
    if (calls != null) {
      calls.beginCall();
    }
  }

  void endCall() {
    if (calls != null) {
      calls.endCall();
    }
  }

  /**
   * Begins a change.
   *
   * @throws IllegalStateException as {@link #beginCall}
   */
  void beginChange() {
    if (changesOnly) {
      beginCall();
      changes().lock();
    } else if (calls != null) {
      calls.beginChange();
    }
  }

  void endChange() {
    if (changesOnly) {
      changes().unlock();
      endCall();
    } else if (calls != null) {
      calls.endChange();
    }
  }

  /**
   * Begins a change of two regions. All threads lock two regions in the same order.
   *
   * @throws IllegalStateException as {@link #beginCall}
   */
  static void beginChange(RegionLock one, RegionLock two) {
    boolean ordered = System.identityHashCode(one) <= System.identityHashCode(two);
    RegionLock first = ordered ? one : two;
    first.beginChange();
    try {
      (ordered ? two : one).beginChange();
    } catch (RuntimeException | Error e) {
      first.endChange();
      throw e;
    }
  }

  private synchronized ReentrantLock changes() {
    if (changes == null) {
      changes = new ReentrantLock();
    }
    return changes;
  }
}
