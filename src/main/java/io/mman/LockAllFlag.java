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
  /** All memory that is mapped now is locked. */
  CURRENT(everywhere(1).power(0x2000)),
  /** All memory that is mapped from now on is locked. */
  FUTURE(everywhere(2).power(0x4000)),
  /** Each page is locked when it is first touched (since Linux 4.4). */
  ONFAULT(linux(4).power(0x8000));

  private final Numbers numbers;

  LockAllFlag(Numbers numbers) {
    this.numbers = numbers;
  }

  /**
   * Returns whether the running platform has this flag.
   *
   * @return false if using it throws {@link UnsupportedOperationException}
   */
  public boolean isSupported() {
    return numbers.isHere();
  }

  /**
   * Returns the bits of this flag in C on the running platform. The C constant is {@code MCL_}
   * followed by the name of this one.
   *
   * @return the bits
   * @throws UnsupportedOperationException if the platform lacks the flag
   */
  public int bits() {
    return numbers.here("MCL_", this);
  }

  /** Returns the numbers of all platforms. */
  Numbers numbers() {
    return numbers;
  }
}
