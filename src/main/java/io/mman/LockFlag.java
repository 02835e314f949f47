package io.mman;

import static io.mman.platform.Numbers.linux;

import io.mman.platform.Numbers;

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
   * Returns the number here, or throws {@link UnsupportedOperationException} where there is none.
   */
  int bits() {
    return numbers.here("MLOCK_", this);
  }

  /** Returns the number on every platform. */
  Numbers numbers() {
    return numbers;
  }

  /** Returns the bits of several flags together. */
  static int bits(LockFlag... flags) {
    int bits = 0;
    for (LockFlag flag : flags) {
      bits |= flag.bits();
    }
    return bits;
  }
}
