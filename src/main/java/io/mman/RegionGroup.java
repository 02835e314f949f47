package io.mman;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.StampedLock;

/**
 * An arena for many regions that threads share. Closing a shared arena costs a hand-shake with
 * every thread of the JVM; a group pays it once for all its regions. It counts its holders, so that
 * the last of several users to close it unmaps the regions, after the calls on them that are in
 * flight.
 *
 * {@snippet class="io.mman.examples.Snippets" region="group"}
 *
 * <p>All methods may be called from any thread.
 */
public final class RegionGroup implements Arena {
  private final Arena arena;

  /** Held for reading by the calls of all regions. */
  private final StampedLock calls = new StampedLock();

  /** 0 once the group is closed, or while its last holder waits for calls in flight. */
  private int holders = 1;

  private int pins;

  private RegionGroup(Arena arena) {
    this.arena = arena;
  }

  /**
   * Opens a group with one holder.
   *
   * @return the group
   */
  @SuppressWarnings("MustBeClosedChecker") // the last holder closes it
  public static RegionGroup open() {
    return new RegionGroup(Arena.ofShared());
  }

  /**
   * Adds a holder, who closes the group once more.
   *
   * @throws IllegalStateException if the group is closed
   */
  public synchronized void retain() {
    requireOpen();
    holders++;
  }

  /**
   * Gives up one hold. The last one unmaps all regions and frees all memory of the group, after the
   * regions' own calls on other threads.
   *
   * @throws IllegalStateException if the group is closed; or if it is the last hold and native code
   *     or a {@link Pin} holds one of the regions: then nothing has changed
   * @throws MmanException if pages cannot be unmapped, at the limit {@code vm.max_map_count}; the
   *     group is closed all the same
   */
  @Override
  public void close() {
    synchronized (this) {
      requireOpen();
      if (holders == 1 && pins > 0) {
        throw new IllegalStateException("a region of the group is pinned");
      }
      holders--;
      if (holders > 0) {
        return;
      }
    }
    boolean done = false;
    long stamp = calls.writeLock();
    try {
      arena.close();
      done = true;
    } finally {
      calls.unlockWrite(stamp);
      if (!done) {
        reopen();
      }
    }
  }

  /** An arena whose cleanup failed is closed all the same; one that is in use is not. */
  private synchronized void reopen() {
    holders = arena.scope().isAlive() ? 1 : 0;
  }

  /**
   * Allocates memory that lives as long as the group.
   *
   * @param byteSize bytes
   * @param byteAlignment a power of two
   * @return zero-filled memory
   * @throws IllegalStateException if the group is closed
   */
  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    return arena.allocate(byteSize, byteAlignment);
  }

  /**
   * Returns the scope of the group's memory.
   *
   * @return the scope, alive until the last close
   */
  @Override
  public MemorySegment.Scope scope() {
    return arena.scope();
  }

  /** The lock that keeps the regions mapped while their calls hold it for reading. */
  StampedLock calls() {
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
