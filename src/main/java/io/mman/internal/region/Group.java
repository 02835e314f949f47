package io.mman.internal.region;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A shared arena with a count of its holders and a lock that the calls of all its regions share.
 * {@link io.mman.RegionGroup} is its public face.
 */
public final class Group {
  private final Arena arena;

  /** Shared by all regions: their calls are its calls, and closing is its only change. */
  private final CallLock calls = new CallLock();

  /** 0 once the group is closed, and while its last holder waits for calls in flight. */
  private int holders = 1;

  private int pins;

  private Group(Arena arena) {
    this.arena = arena;
  }

  @SuppressWarnings("MustBeClosedChecker") // the last holder closes it
  public static Group open() {
    return new Group(Arena.ofShared());
  }

  public synchronized void retain() {
    requireOpen();
    holders++;
  }

  public void close() {
    if (isHeldByOthers()) {
      return;
    }
    boolean done = false;
    try {
      calls.beginChange();
      try {
        arena.close();
        done = true;
      } finally {
        calls.endChange();
      }
    } finally {
      if (!done) {
        reopen();
      }
    }
  }

  private synchronized boolean isHeldByOthers() {
    requireOpen();
    if (holders == 1 && pins > 0) {
      throw new IllegalStateException("a region of the group is pinned");
    }
    holders--;
    return holders > 0;
  }

  /** After a failure: an arena in use is still open, one whose clean-up failed is closed. */
  private synchronized void reopen() {
    holders = arena.scope().isAlive() ? 1 : 0;
  }

  public MemorySegment allocate(long byteSize, long byteAlignment) {
    return arena.allocate(byteSize, byteAlignment);
  }

  public MemorySegment.Scope scope() {
    return arena.scope();
  }

  /** Returns the arena to which the pages of the regions are tied. */
  Arena arena() {
    return arena;
  }

  /** Returns the lock that keeps the regions mapped during their calls. */
  CallLock calls() {
    return calls;
  }

  synchronized void pin() {
    requireOpen();
    pins++;
  }

  synchronized void unpin() {
    pins--;
  }

  private void requireOpen() {
    if (holders == 0) {
      throw new IllegalStateException("the group is closed");
    }
  }
}
