package io.mman.internal.ipc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.internal.region.Region;
import io.mman.internal.region.RegionWord;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The 16 bytes of a lock in shared memory, in native byte order: the word (4 bytes), the number of
 * participants so far (4 bytes), and the tie to the lock file (8 bytes).
 *
 * <p>The word is 0 while the lock is free. Otherwise its bits 0 to 30 are the number of the owner,
 * and bit 31 is set if a thread may be sleeping until the word changes.
 *
 * <p>Every method that accesses the memory throws {@link IllegalStateException}, and changes
 * nothing, if the region is closed or its protection does not allow both reading and writing.
 */
final class LockWord {
  static final int BYTES = 16;
  static final int ALIGNMENT = 8;

  /** Bit 31 of the word. */
  static final int SLEEPERS = 1 << 31;

  private static final int COUNTER = 4;
  private static final int TIE = 8;

  private static final VarHandle INT = JAVA_INT.varHandle();
  private static final VarHandle LONG = JAVA_LONG.varHandle();

  private final Region region;
  private final long offset;

  private LockWord(Region region, long offset) {
    this.region = region;
    this.offset = offset;
  }

  static LockWord at(Region region, long offset) {
    RegionWord.at(region, offset, BYTES, ALIGNMENT);
    if (!region.protection().canRead() || !region.protection().canWrite()) {
      throw new IllegalArgumentException(
          "a lock requires memory that is readable and writable: " + region);
    }
    LockWord word = new LockWord(region, offset);
    word.requireSense();
    return word;
  }

  /** Returns the number of the owner in a value of the word. */
  static int ownerIn(int value) {
    return value & ~SLEEPERS;
  }

  boolean isRegionAlive() {
    return region.isAlive();
  }

  private MemorySegment memory() {
    MemorySegment memory = region.segment();
    if (memory.isReadOnly()) {
      throw new IllegalStateException("the region is no longer writable: " + region);
    }
    return memory;
  }

  /**
   * Takes the lock if it is free.
   *
   * @param tie the tie that must still be recorded in the memory
   */
  boolean take(int number, long tie) {
    MemorySegment memory = memory();
    requireTie((long) LONG.getAcquire(memory, offset + TIE), tie);
    return INT.compareAndSet(memory, offset, 0, number);
  }

  boolean compareAndSet(int expected, int value) {
    return INT.compareAndSet(memory(), offset, expected, value);
  }

  /**
   * Releases the lock if it is ours.
   *
   * @return the previous value of the word
   */
  int release(int number) {
    MemorySegment memory = memory();
    if (INT.compareAndSet(memory, offset, number, 0)) {
      return number;
    }
    int before = (int) INT.getAcquire(memory, offset);
    // Only the owner clears bit 31.
    return before == (number | SLEEPERS)
        ? (int) INT.compareAndExchange(memory, offset, before, 0)
        : before;
  }

  /**
   * Returns the word.
   *
   * @throws IllegalStateException if the word is invalid, or the tie is no longer recorded
   */
  int value(long tie) {
    int value = requireSense();
    requireTie(tie(), tie);
    return value;
  }

  /** Returns the word if it is valid, otherwise throws an exception. */
  int requireSense() {
    MemorySegment memory = memory();
    int value = (int) INT.getAcquire(memory, offset);
    // Read after the word, because an owner draws its number before it stores it in the word.
    int drawn = (int) INT.getAcquire(memory, offset + COUNTER);
    if (value == SLEEPERS || drawn < 0 || ownerIn(value) > drawn) {
      throw nonsense("word " + value + " and " + drawn + " participants");
    }
    return value;
  }

  private void requireTie(long found, long expected) {
    if (found != expected) {
      throw overwritten();
    }
  }

  IllegalStateException overwritten() {
    return new IllegalStateException("the memory of the lock has been overwritten: " + this);
  }

  /** Returns the tie to the lock file, or 0 before the first use. */
  long tie() {
    return (long) LONG.getAcquire(memory(), offset + TIE);
  }

  /** Records the tie to the lock file if none is recorded. */
  boolean recordTie(long tie) {
    return LONG.compareAndSet(memory(), offset + TIE, 0L, tie);
  }

  /** Returns whether no participant has drawn a number yet. */
  boolean isUnused() {
    return requireSense() == 0 && (int) INT.getAcquire(memory(), offset + COUNTER) == 0;
  }

  /** Returns a number that no participant has had before. */
  int draw() {
    MemorySegment memory = memory();
    while (true) {
      int last = (int) INT.getAcquire(memory, offset + COUNTER);
      if (last < 0) {
        throw nonsense(last + " participants");
      }
      if (last == Integer.MAX_VALUE) {
        throw new IllegalStateException("the lock has had too many participants: " + this);
      }
      if (INT.compareAndSet(memory, offset + COUNTER, last, last + 1)) {
        return last + 1;
      }
    }
  }

  IllegalStateException nonsense(String found) {
    return new IllegalStateException(
        "the memory does not contain a lock: " + found + " at " + this);
  }

  @Override
  public String toString() {
    return "offset " + offset + " of " + region;
  }
}
