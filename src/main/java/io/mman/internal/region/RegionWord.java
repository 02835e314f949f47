package io.mman.internal.region;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Aligned bytes of a region that threads of several processes use as a word. */
public final class RegionWord {
  private final Region region;
  private final long offset;
  private final int bytes;

  private RegionWord(Region region, long offset, int bytes) {
    this.region = region;
    this.offset = offset;
    this.bytes = bytes;
  }

  /**
   * Returns a word of a region.
   *
   * @throws IndexOutOfBoundsException if the word is not inside the region
   * @throws IllegalArgumentException if the address of the word is not a multiple of the alignment
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   */
  public static RegionWord at(Region region, long offset, int bytes, int alignment) {
    Objects.checkFromIndexSize(offset, bytes, region.size());
    RegionWord word = new RegionWord(region, offset, bytes);
    long address = word.place().address();
    if (address % alignment != 0) {
      throw new IllegalArgumentException(
          "the address at offset " + offset + " is not a multiple of " + alignment);
    }
    return word;
  }

  /**
   * Returns the current place of the word.
   *
   * @throws IllegalStateException if the region is closed
   * @throws IndexOutOfBoundsException if the region has become too small for the word
   * @throws WrongThreadException if the region is confined to another thread
   */
  public Place place() {
    region.lock.beginCall();
    try {
      RegionState now = region.usable();
      return new Place(region, now, now.bytes(offset, bytes).address());
    } finally {
      region.lock.endCall();
    }
  }

  /**
   * Calls a function with the word, which stays mapped during the call. The exceptions are those of
   * {@link #place}.
   */
  public int call(Call function) {
    region.lock.beginCall();
    try {
      return function.call(region.usable().bytes(offset, bytes));
    } finally {
      region.lock.endCall();
    }
  }

  @Override
  public String toString() {
    return "offset " + offset + " of " + region;
  }

  /** A system call on the word. */
  public interface Call {
    int call(MemorySegment word);
  }

  /**
   * The address of a word, which is valid until the region changes. The memory may be unmapped at
   * any time, so only the kernel may access it.
   */
  public static final class Place {
    private final Region region;
    private final RegionState state;
    private final long address;

    private Place(Region region, RegionState state, long address) {
      this.region = region;
      this.state = state;
      this.address = address;
    }

    public long address() {
      return address;
    }

    /**
     * Returns whether the region is open and has not been changed since this object was created.
     */
    @SuppressWarnings("ReferenceEquality") // each change creates a new state, which may be equal
    public boolean isCurrent() {
      return region.state() == state && region.isAlive();
    }
  }
}
