package io.mman;

import static io.mman.internal.platform.Numbers.linux;

import io.mman.internal.platform.Numbers;

/**
 * Flags of mremap(2), named as in C without {@code MREMAP_}. Linux only.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/mremap.2.html">mremap(2)</a>
 */
public enum RemapFlag {
  /** The mapping may move to another address. */
  MAYMOVE(linux(1)),
  /** With {@link #MAYMOVE}: it moves to the address given, over whatever is mapped there. */
  FIXED(linux(2)),
  /** With {@link #MAYMOVE}: the old range stays mapped, empty. Linux 5.7. */
  DONTUNMAP(linux(4));

  private final Numbers numbers;

  RemapFlag(Numbers numbers) {
    this.numbers = numbers;
  }

  /**
   * Tells whether the running platform has this flag.
   *
   * @return false where using it throws {@link UnsupportedOperationException}
   */
  public boolean isSupported() {
    return numbers.isHere();
  }

  /**
   * Returns C's number of this flag on the running platform: {@code MREMAP_} and the name of the
   * constant.
   *
   * @return the bits, of which the highest may be set
   * @throws UnsupportedOperationException if the platform lacks the flag
   */
  public int bits() {
    return numbers.here("MREMAP_", this);
  }

  /** Returns the number on every platform. */
  Numbers numbers() {
    return numbers;
  }
}
