package io.mman.ipc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.ipc.SharedLock.State;
import java.nio.file.Path;

/**
 * Memory that a lock protects, and that shows whether it was held twice. {@code lock-peer.c} uses
 * it in the same way. The lock is at its beginning. After it there are words of 64 bits: two
 * counters, which are equal unless an owner has died; how many have died, when the last one was
 * killed, and how long it has taken at most until that was known; and from the 16th on, the share
 * of each participant in the counters.
 *
 * <p>None of the accesses is atomic. If two threads hold the lock at a time, one of the counters
 * soon lacks a step, or they differ.
 */
final class SharedData implements AutoCloseable {
  static final long BYTES = 32768;
  private static final long WORDS = 64;
  private static final int SLOTS = 16;
  private static final int END = 2048;

  private final MappedRegion region;

  SharedData(Path memory) {
    region = Mapping.file(memory).create(BYTES).mapShared();
  }

  MappedRegion region() {
    return region;
  }

  private long get(int index) {
    return region.segment().get(JAVA_LONG, WORDS + 8L * index);
  }

  private void set(int index, long value) {
    region.segment().set(JAVA_LONG, WORDS + 8L * index, value);
  }

  /** Acquires the lock, adds to the counters, and releases the lock. */
  void step(SharedLock lock, int slot) {
    State state = lock.lock();
    try {
      if (state == State.OWNER_DIED) {
        repair();
      }
      requireEqual(get(0), get(1));
      set(0, get(0) + 1);
      set(slot, get(slot) + 1);
      set(1, get(1) + 1);
    } finally {
      lock.unlock();
    }
  }

  private void repair() {
    set(2, died() + 1);
    set(4, Math.max(worstNanos(), System.nanoTime() - get(3)));
    set(0, sum());
    set(1, sum());
  }

  private long sum() {
    long sum = 0;
    for (int i = SLOTS; i < END; i++) {
      sum += get(i);
    }
    return sum;
  }

  /** Checks that no step is lost. */
  void check() {
    requireEqual(sum(), get(0));
    requireEqual(sum(), get(1));
  }

  /** There is no JUnit in a child JVM. */
  private static void requireEqual(long expected, long actual) {
    if (expected != actual) {
      throw new AssertionError("two owners: " + expected + " and " + actual + " steps");
    }
  }

  /** Returns how many participants the lock has had. */
  int participants() {
    return region.segment().get(JAVA_INT, 4);
  }

  long steps() {
    return get(0);
  }

  long died() {
    return get(2);
  }

  /** Returns the longest time from the death of an owner until the next one was told. */
  long worstNanos() {
    return get(4);
  }

  @Override
  public void close() {
    region.close();
  }
}
