package io.mman;

import static io.mman.internal.platform.Numbers.everywhere;
import static io.mman.internal.platform.Numbers.linux;

import io.mman.internal.platform.Numbers;

/**
 * Flags of msync(2), named as in C without {@code MS_}. Their numbers differ between systems.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/msync.2.html">msync(2)</a>
 */
public enum SyncFlag {
  /** The write is left to the system. Linux then does nothing at all. */
  ASYNC(everywhere(1)),
  /** The call returns after the changes have been written. */
  SYNC(linux(4).macos(0x10).freebsd(0).netbsd(4).openbsd(2)),
  /**
   * Other mappings of the same file are invalidated, so that they show the file's current contents.
   */
  INVALIDATE(everywhere(2).openbsd(4));

  private final Numbers numbers;

  SyncFlag(Numbers numbers) {
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
   * Returns the bits of this flag in C on the running platform. The C constant is {@code MS_}
   * followed by the name of this one.
   *
   * @return the bits
   * @throws UnsupportedOperationException if the platform lacks the flag
   */
  public int bits() {
    return numbers.here("MS_", this);
  }

  /** Returns the numbers of all platforms. */
  Numbers numbers() {
    return numbers;
  }
}
