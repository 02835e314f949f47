package io.mman;

import static io.mman.internal.platform.Numbers.linux;

import io.mman.internal.platform.Numbers;

/**
 * Flags of mlock2(2), named as in C without {@code MLOCK_}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/mlock2.2.html">mlock2(2)</a>
 */
public enum LockFlag {
  /** Pages are locked when they are first touched; none is faulted in now. Linux 4.4. */
  ONFAULT(linux(1));

  private final Numbers numbers;

  LockFlag(Numbers numbers) {
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
   * Returns C's number of this flag on the running platform: {@code MLOCK_} and the name of the
   * constant.
   *
   * @return the bits, of which the highest may be set
   * @throws UnsupportedOperationException if the platform lacks the flag
   */
  public int bits() {
    return numbers.here("MLOCK_", this);
  }

  /** Returns the number on every platform. */
  Numbers numbers() {
    return numbers;
  }
}
