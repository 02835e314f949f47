package io.mman;

import static io.mman.internal.platform.Numbers.everywhere;
import static io.mman.internal.platform.Numbers.linux;

import io.mman.internal.platform.Numbers;

/**
 * Flags of msync(2), named as in C without {@code MS_}. Their numbers differ on every system.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/msync.2.html">msync(2)</a>
 */
public enum SyncFlag {
  /** The write is left to the system; Linux does nothing at all then. */
  ASYNC(everywhere(1)),
  /** The call returns when the changes are written. */
  SYNC(linux(4).macos(0x10).freebsd(0)),
  /** Other mappings of the same file see the file's contents afresh. */
  INVALIDATE(everywhere(2));

  private final Numbers numbers;

  SyncFlag(Numbers numbers) {
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
   * Returns C's number of this flag on the running platform: {@code MS_} and the name of the
   * constant.
   *
   * @return the bits, of which the highest may be set
   * @throws UnsupportedOperationException if the platform lacks the flag
   */
  public int bits() {
    return numbers.here("MS_", this);
  }

  /** Returns the number on every platform. */
  Numbers numbers() {
    return numbers;
  }
}
