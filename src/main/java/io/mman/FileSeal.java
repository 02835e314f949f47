package io.mman;

import static io.mman.internal.platform.Numbers.linux;

import io.mman.internal.platform.Numbers;

/**
 * What can never again be done to a file, named as in C without {@code F_SEAL_}.
 *
 * @see <a
 *     href="https://man7.org/linux/man-pages/man2/F_GET_SEALS.2const.html">F_GET_SEALS(2const)</a>
 */
public enum FileSeal {
  /** No more seals can be added. */
  SEAL(linux(1).freebsd(1)),
  /** The file cannot become shorter, so that no view of it can lose its pages. */
  SHRINK(linux(2).freebsd(2)),
  /** The file cannot become longer. */
  GROW(linux(4).freebsd(4)),
  /** The contents cannot change; fails while a writable shared mapping exists. */
  WRITE(linux(8).freebsd(8)),
  /** As {@link #WRITE}, but writable mappings that exist stay. Linux 5.1. */
  FUTURE_WRITE(linux(0x10)),
  /**
   * The permission to execute cannot change. On a file that may be executed, as every new one may
   * without {@link MemfdFlag#NOEXEC_SEAL}, it brings {@code SHRINK GROW WRITE FUTURE_WRITE} along.
   * Linux 6.3.
   */
  EXEC(linux(0x20));

  private final Numbers numbers;

  FileSeal(Numbers numbers) {
    this.numbers = numbers;
  }

  /**
   * Tells whether the running platform has this seal.
   *
   * @return false where using it throws {@link UnsupportedOperationException}
   */
  public boolean isSupported() {
    return numbers.isHere();
  }

  /**
   * Returns C's number of this seal on the running platform: {@code F_SEAL_} and the name of the
   * constant.
   *
   * @return the bits, of which the highest may be set
   * @throws UnsupportedOperationException if the platform lacks the seal
   */
  public int bits() {
    return numbers.here("F_SEAL_", this);
  }

  /** Returns the number on every platform. */
  Numbers numbers() {
    return numbers;
  }
}
