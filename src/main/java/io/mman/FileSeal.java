package io.mman;

import static io.mman.internal.platform.Numbers.linux;

import io.mman.internal.platform.Numbers;

/**
 * Seals of a file in memory. Each forbids an operation for ever. They are named as in C without
 * {@code F_SEAL_}.
 *
 * @see <a
 *     href="https://man7.org/linux/man-pages/man2/F_GET_SEALS.2const.html">F_GET_SEALS(2const)</a>
 */
public enum FileSeal {
  /** No more seals can be added. */
  SEAL(linux(1).freebsd(1).netbsd(1)),
  /** The file cannot become shorter, so that no view of it can lose its pages. */
  SHRINK(linux(2).freebsd(2).netbsd(2)),
  /** The file cannot become longer. */
  GROW(linux(4).freebsd(4).netbsd(4)),
  /**
   * The contents cannot change. The seal cannot be added while a writable shared mapping exists.
   */
  WRITE(linux(8).freebsd(8).netbsd(8)),
  /**
   * The contents cannot change, except through writable mappings that exist already (since Linux
   * 5.1).
   */
  FUTURE_WRITE(linux(0x10).netbsd(0x10)),
  /**
   * The permission to execute cannot change. If the file may be executed, as every new file may
   * without {@link MemfdFlag#NOEXEC_SEAL}, this seal also adds {@code SHRINK GROW WRITE
   * FUTURE_WRITE} (since Linux 6.3).
   */
  EXEC(linux(0x20));

  private final Numbers numbers;

  FileSeal(Numbers numbers) {
    this.numbers = numbers;
  }

  /**
   * Returns whether the running platform has this seal.
   *
   * @return false if using it throws {@link UnsupportedOperationException}
   */
  public boolean isSupported() {
    return numbers.isHere();
  }

  /**
   * Returns the bits of this seal in C on the running platform. The C constant is {@code F_SEAL_}
   * followed by the name of this one.
   *
   * @return the bits
   * @throws UnsupportedOperationException if the platform lacks the seal
   */
  public int bits() {
    return numbers.here("F_SEAL_", this);
  }

  /** Returns the numbers of all platforms. */
  Numbers numbers() {
    return numbers;
  }
}
