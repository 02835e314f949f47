package io.mman.internal.region;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.AbstractQueuedSynchronizer;
import org.jspecify.annotations.Nullable;

/**
 * Lets calls run concurrently, and each change alone. A change waits for the calls in flight when
 * it arrives, and not for calls that begin later: those wait until it has ended. Threads that wait
 * go on in the order of their arrival, so that neither calls nor changes can starve.
 *
 * <p>Unlike with {@link java.util.concurrent.locks.StampedLock}, whose readers overtake a waiting
 * writer, any number of threads that call without a pause cannot hold off a change. Unlike with
 * {@link java.util.concurrent.locks.ReentrantReadWriteLock}, nothing is stored for each thread, and
 * a call may end on another thread than the one that began it.
 *
 * <p>Calls and changes are not reentrant. A change may run clean-ups, which are code of the user.
 * If a clean-up would wait for a change that cannot end before the clean-up does, it gets an
 * exception.
 */
final class CallLock extends AbstractQueuedSynchronizer {
  private static final long serialVersionUID = 0;

  /** The state while a change is made. Otherwise it is the number of calls in flight. */
  private static final int CHANGING = -1;

  /** The argument of the superclass's methods, which this class does not need. */
  private static final int UNUSED = 0;

  /** The lock that each waiting thread waits for. */
  private static final Map<Thread, CallLock> WAITING = new ConcurrentHashMap<>();

  /** The futures that are being completed. */
  private static final Set<Completion> COMPLETING = ConcurrentHashMap.newKeySet();

  private final transient AtomicInteger waitingChanges = new AtomicInteger();

  /** The thread that makes a change. */
  private transient volatile @Nullable Thread owner;

  /**
   * Begins a call.
   *
   * @throws IllegalStateException if it would wait for a change of the current thread
   */
  void beginCall() {
    if (tryAcquireShared(UNUSED) >= 0) {
      return;
    }
    Thread current = beginWait();
    try {
      acquireShared(UNUSED);
    } finally {
      WAITING.remove(current);
    }
  }

  void endCall() {
    releaseShared(UNUSED);
  }

  /**
   * Ends a call, and completes its future. Code that waits for the future may change the region,
   * even on this thread, since the call has ended; and a change that has waited for the call finds
   * the future complete.
   */
  void endCall(CompletableFuture<Void> future, @Nullable Throwable failure) {
    Completion completion = new Completion(this, future);
    COMPLETING.add(completion);
    try {
      endCall();
      complete(future, failure);
    } finally {
      COMPLETING.remove(completion);
    }
  }

  static void complete(CompletableFuture<Void> future, @Nullable Throwable failure) {
    if (failure == null) {
      future.complete(null);
    } else {
      future.completeExceptionally(failure);
    }
  }

  /** Waits for threads that have ended a call and complete its future as the next step. */
  private void awaitCompletion() {
    for (Completion completion : COMPLETING) {
      if (completion.lock == this) {
        completion.await();
      }
    }
  }

  /**
   * Begins a change, after the calls in flight.
   *
   * @throws IllegalStateException if it would wait for another change of the current thread
   */
  void beginChange() {
    if (!tryAcquire(UNUSED)) {
      Thread current = beginWait();
      waitingChanges.incrementAndGet();
      try {
        acquire(UNUSED);
      } finally {
        waitingChanges.decrementAndGet();
        WAITING.remove(current);
      }
    }
    owner = Thread.currentThread();
    if (!COMPLETING.isEmpty()) {
      awaitCompletion();
    }
  }

  void endChange() {
    owner = null;
    release(UNUSED);
  }

  int callsInFlight() {
    return Math.max(getState(), 0);
  }

  /** Records that the current thread waits for this lock, unless the wait would never end. */
  private Thread beginWait() {
    Thread current = Thread.currentThread();
    WAITING.put(current, this);
    if (isWaitingFor(current)) {
      WAITING.remove(current);
      throw calledFromCleanUp();
    }
    return current;
  }

  static IllegalStateException calledFromCleanUp() {
    return new IllegalStateException(
        "this call would wait forever: it is made in a clean-up that runs while the region is"
            + " closed or changed, or two threads wait for each other's regions");
  }

  /**
   * Returns whether the change being made waits, directly or through others, for one that a thread
   * makes. The thread has recorded its own wait before. Of the threads in a circle, the last one to
   * do so finds all others recorded.
   */
  private boolean isWaitingFor(Thread thread) {
    CallLock lock = this;
    // Others may form a circle for a moment, until one of them throws.
    for (int steps = WAITING.size(); lock != null && steps >= 0; steps--) {
      Thread holder = lock.owner;
      if (holder == null) {
        return false;
      }
      if (holder == thread) {
        return true;
      }
      lock = WAITING.get(holder);
    }
    return false;
  }

  /** Begins a call, unless a change is being made or is waiting ahead of this thread. */
  @Override
  protected int tryAcquireShared(int unused) {
    while (true) {
      int calls = getState();
      if (calls == CHANGING || (waitingChanges.get() > 0 && hasQueuedPredecessors())) {
        return -1;
      }
      if (compareAndSetState(calls, calls + 1)) {
        return 1;
      }
    }
  }

  @Override
  protected boolean tryReleaseShared(int unused) {
    while (true) {
      int calls = getState();
      if (compareAndSetState(calls, calls - 1)) {
        return calls == 1;
      }
    }
  }

  @Override
  protected boolean tryAcquire(int unused) {
    return !hasQueuedPredecessors() && compareAndSetState(0, CHANGING);
  }

  @Override
  protected boolean tryRelease(int unused) {
    setState(0);
    return true;
  }

  /** A future that is about to be complete, because a call has ended. */
  private static final class Completion {
    private final CallLock lock;
    private final CompletableFuture<Void> future;

    Completion(CallLock lock, CompletableFuture<Void> future) {
      this.lock = lock;
      this.future = future;
    }

    /** Does not join the future, which would run actions that depend on it on this thread. */
    @SuppressWarnings("ThreadPriorityCheck") // the other thread may need this carrier
    void await() {
      while (!future.isDone()) {
        Thread.yield();
      }
    }
  }
}
