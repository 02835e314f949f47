package io.mman.internal.region;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Separates the calls of a region from its changes. Calls run concurrently. A change that may
 * revoke views or unmap pages waits for the calls in flight and runs alone.
 */
final class RegionLock {
  /** For a region that cannot change. */
  static final RegionLock NONE = new RegionLock(null, false, null);

  private final @Nullable CallLock calls;

  /** The only thread that may use the region, if it is confined. */
  private final @Nullable Thread owner;

  /** Whether this thread makes a change, which may run clean-ups. Only the owner uses the field. */
  private boolean ownerChanges;

  /** Whether a change excludes other changes only, and no calls. */
  private final boolean changesOnly;

  /** Held by such a change. Created for the first one, because most regions never change. */
  private @Nullable ReentrantLock changes;

  private RegionLock(@Nullable CallLock calls, boolean changesOnly, @Nullable Thread owner) {
    this.calls = calls;
    this.changesOnly = changesOnly;
    this.owner = owner;
  }

  /** Returns a lock for a region that is confined to the current thread. */
  static RegionLock confined() {
    return new RegionLock(null, false, Thread.currentThread());
  }

  /** Returns a lock whose changes wait for calls. */
  static RegionLock exclusive() {
    return new RegionLock(new CallLock(), false, null);
  }

  /**
   * Returns a lock whose changes, because they revoke nothing, wait for each other only.
   *
   * @param calls a lock whose calls include those of the region, so that its owner can wait for
   *     them
   */
  static RegionLock changesOnly(@Nullable CallLock calls) {
    return new RegionLock(calls, true, null);
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
    } else if (owner == Thread.currentThread()) {
      requireNoChange();
    }
  }

  void endCall() {
    if (calls != null) {
      calls.endCall();
    }
  }

  /** Ends a call, and completes its future, as {@link CallLock} does. */
  void endCall(CompletableFuture<Void> future, @Nullable Throwable failure) {
    if (calls != null) {
      calls.endCall(future, failure);
    } else {
      CallLock.complete(future, failure);
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
    } else if (owner == Thread.currentThread()) {
      requireNoChange();
      ownerChanges = true;
    }
  }

  void endChange() {
    if (changesOnly) {
      changes().unlock();
      endCall();
    } else if (calls != null) {
      calls.endChange();
    } else if (owner == Thread.currentThread()) {
      ownerChanges = false;
    }
  }

  private void requireNoChange() {
    if (ownerChanges) {
      throw CallLock.calledFromCleanUp();
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
