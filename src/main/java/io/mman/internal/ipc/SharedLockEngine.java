package io.mman.internal.ipc;

import io.mman.MmanException;
import io.mman.internal.file.FileLock;
import io.mman.internal.region.Region;
import io.mman.ipc.SharedLock.State;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The implementation of {@link io.mman.ipc.SharedLock}: one participant of a lock in shared memory.
 *
 * <p>The participant has a number, and keeps the corresponding byte of the lock file locked. A
 * thread that has waited too long for the lock asks the kernel whether the owner's byte is locked.
 * The kernel unlocks this byte when the owner dies, and the waiting thread then takes the lock
 * over. No number is used twice, so a word that still has the same value still names the dead
 * owner.
 */
public final class SharedLockEngine {
  private final LockWord word;
  private final FutexWord futex;
  private final LockFile file;
  private final long tie;
  private final int number;
  private final LockUse use = new LockUse();

  /** The thread that holds the lock. It is set to null before the word is released. */
  private volatile @Nullable Thread owner;

  private SharedLockEngine(LockWord word, FutexWord futex, LockFile file, long tie, int number) {
    this.word = word;
    this.futex = futex;
    this.file = file;
    this.tie = tie;
    this.number = number;
  }

  /** Adds a participant. */
  public static SharedLockEngine at(Region region, long offset, Path path) {
    FileLock.requireSupported();
    WaitPreload.prepareForLocks();
    LockWord word = LockWord.at(region, offset);
    FutexWord futex = FutexWord.at(region, offset);
    LockFile file = LockFile.open(path, word.tie() == 0);
    try {
      long tie = file.tie(word);
      return new SharedLockEngine(word, futex, file, tie, file.draw(word, tie));
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private boolean isHeldByCurrentThread() {
    if (owner != Thread.currentThread()) {
      return false;
    }
    use.requireOpen(); // it may have been closed after the region
    return true;
  }

  /** Waits for the lock. Interrupts have no effect, and the interrupt status is kept. */
  public State lock() {
    if (isHeldByCurrentThread()) {
      throw new IllegalStateException("the current thread already holds the lock");
    }
    use.enter();
    State state;
    try {
      state = word.take(number, tie) ? State.CLEAN : await();
    } catch (RuntimeException | Error e) {
      use.leave();
      throw e;
    }
    return hold(state);
  }

  private State await() {
    LockWait wait = new LockWait(Timeout.FOREVER);
    boolean interrupted = false;
    try {
      while (true) {
        State state = wait.look();
        if (state != null) {
          return state;
        }
        interrupted |= Thread.interrupted(); // if set, a virtual thread might not sleep
        wait.sleep();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Returns the state in which the lock was left, or null if a thread holds it. */
  public @Nullable State tryLock() {
    if (isHeldByCurrentThread()) {
      word.value(tie); // throws an exception if the region is closed
      return null;
    }
    use.enter();
    State state;
    try {
      state = word.take(number, tie) ? State.CLEAN : new LockWait(0).look();
    } catch (RuntimeException | Error e) {
      use.leave();
      throw e;
    }
    return holdOrLeave(state);
  }

  /**
   * Returns the state in which the lock was left, or null if the time has elapsed or the current
   * thread holds the lock.
   */
  public @Nullable State tryLock(long nanos) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (isHeldByCurrentThread()) {
      word.value(tie); // throws an exception if the region is closed
      return null;
    }
    use.enter();
    State state;
    try {
      state = word.take(number, tie) ? State.CLEAN : await(nanos);
    } catch (InterruptedException | RuntimeException | Error e) {
      use.leave();
      throw e;
    }
    return holdOrLeave(state);
  }

  private @Nullable State await(long nanos) throws InterruptedException {
    LockWait wait = new LockWait(nanos);
    State state = wait.look();
    while (state == null && !wait.isOver()) {
      wait.sleep();
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      state = wait.look();
    }
    return state;
  }

  private @Nullable State holdOrLeave(@Nullable State state) {
    if (state == null) {
      use.leave();
      return null;
    }
    return hold(state);
  }

  /**
   * Makes the current thread the owner, after it has stored the participant's number in the word.
   */
  private State hold(State state) {
    if (!use.hold()) {
      try {
        if (use.isOpen()) {
          throw word.overwritten(); // another thread holds the lock, with the same number
        }
        giveBack(state);
      } finally {
        use.leave();
      }
      throw LockUse.closedException();
    }
    owner = Thread.currentThread();
    return state;
  }

  /**
   * Releases the lock again, because this object was closed in the meantime. If the previous owner
   * died, the word keeps the number of this participant: its byte is about to be unlocked, so the
   * next owner gets {@code OWNER_DIED} instead.
   */
  private void giveBack(State state) {
    if (state == State.CLEAN) {
      wakeAfter(word.release(number));
    }
  }

  /** Releases the lock. If the memory cannot be accessed, the thread still holds it. */
  public void unlock() {
    if (!isHeldByCurrentThread()) {
      throw new IllegalMonitorStateException("the current thread does not hold the lock");
    }
    owner = null; // before another thread can acquire it
    use.endHold();
    int before;
    try {
      before = word.release(number);
    } catch (RuntimeException | Error e) {
      if (use.hold()) {
        owner = Thread.currentThread();
      } else {
        use.leave();
      }
      throw e;
    }
    use.leave();
    wakeAfter(before);
  }

  private void wakeAfter(int before) {
    if (LockWord.ownerIn(before) != number) {
      throw word.overwritten();
    }
    if (before != number) {
      try {
        futex.wake(1);
      } catch (MmanException | IllegalStateException | IndexOutOfBoundsException e) {
        // The lock is free nevertheless, and sleeping threads check the word within 50 ms.
      }
    }
  }

  /** Ends all waits and closes the lock file. A held lock must not be closed before its region. */
  public void close() {
    if (use.close(!word.isRegionAlive())) {
      file.close();
    }
  }

  @Override
  public String toString() {
    return "SharedLock[" + word + ", " + file + "]";
  }

  /** One wait of a thread that has found the lock held. */
  private final class LockWait {
    private final long nanos;
    private final long start = System.nanoTime();

    /** The value of the word when it was last loaded. */
    private int seen;

    /** The value of the word when the thread last began to sleep, or 0 if it has not slept. */
    private int slept;

    LockWait(long nanos) {
      this.nanos = nanos;
    }

    boolean isOver() {
      return left() <= 0;
    }

    private long left() {
      return nanos - (System.nanoTime() - start);
    }

    /**
     * Takes the lock if it is free, or if its owner has died. The kernel is asked whether the owner
     * is alive only if the word did not change during the last sleep, or if no sleep follows.
     *
     * @return null if the lock is held
     */
    @Nullable State look() {
      while (true) {
        use.requireOpen();
        seen = word.value(tie);
        State state = seen == 0 ? State.CLEAN : State.OWNER_DIED;
        if (seen != 0 && (isRecent() || isOwnerAlive())) {
          return null;
        }
        // If this thread has slept, other threads may be sleeping, too.
        int taken = seen == 0 && slept == 0 ? number : number | LockWord.SLEEPERS;
        if (word.compareAndSet(seen, taken)) {
          return state;
        }
      }
    }

    private boolean isRecent() {
      return seen != slept && !isOver();
    }

    private boolean isOwnerAlive() {
      int other = LockWord.ownerIn(seen);
      return other == number || file.isAlive(tie, other);
    }

    /** Sleeps until the word changes, for about 50 ms at most. */
    void sleep() {
      int sleeping = seen | LockWord.SLEEPERS;
      if (sleeping == seen || word.compareAndSet(seen, sleeping)) {
        slept = sleeping;
        futex.pause(sleeping, left());
      }
    }
  }
}
