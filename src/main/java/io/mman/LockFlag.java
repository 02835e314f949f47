package io.mman;

import static io.mman.internal.platform.Numbers.linux;

import io.mman.internal.platform.Numbers;

/**
 * Flags of mlock2(2), named as in C without {@code MLOCK_}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/mlock2.2.html">mlock2(2)</a>
 */
public enum LockFlag {
  /** Each page is locked when it is first touched; no page is faulted in now (since Linux 4.4). */
  ONFAULT(linux(1));

  private final Numbers numbers;

  LockFlag(Numbers numbers) {
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
   * Returns the bits of this flag in C on the running platform. The C constant is {@code MLOCK_}
   * followed by the name of this one.
   *
   * @return the bits
   * @throws UnsupportedOperationException if the platform lacks the flag
   */
  public int bits() {
    return numbers.here("MLOCK_", this);
  }

  /** Returns the numbers of all platforms. */
  Numbers numbers() {
    return numbers;
  }
}
