package io.mman;

import static io.mman.internal.platform.Numbers.everywhere;
import static io.mman.internal.platform.Numbers.linux;

import io.mman.internal.platform.Numbers;

/**
 * Flags of mlockall(2), named as in C without {@code MCL_}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/mlockall.2.html">mlockall(2)</a>
 */
public enum LockAllFlag {
  /** All that is mapped now. */
  CURRENT(everywhere(1).power(0x2000)),
  /** All that will be mapped. */
  FUTURE(everywhere(2).power(0x4000)),
  /** Pages are locked when they are first touched. Linux 4.4. */
  ONFAULT(linux(4).power(0x8000));

  private final Numbers numbers;

  LockAllFlag(Numbers numbers) {
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
   * Returns C's number of this flag on the running platform: {@code MCL_} and the name of the
   * constant.
   *
   * @return the bits, of which the highest may be set
   * @throws UnsupportedOperationException if the platform lacks the flag
   */
  public int bits() {
    return numbers.here("MCL_", this);
  }

  /** Returns the number on every platform. */
  Numbers numbers() {
    return numbers;
  }
}
