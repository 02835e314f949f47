package io.mman;

import static io.mman.internal.platform.Numbers.linux;

import io.mman.internal.libc.TransferCalls;
import io.mman.internal.platform.Numbers;

/**
 * Flags of preadv2(2) for a single read, named as in C without {@code RWF_}. Only Linux has them.
 * Whether a flag works also depends on the kernel, the file system and the medium, which refuse it
 * with {@code EOPNOTSUPP}.
 *
 * @see NativeFile#read
 * @see <a href="https://man7.org/linux/man-pages/man2/readv.2.html">preadv2(2)</a>
 */
public enum ReadFlag {
  /** The read never waits for the medium: only bytes in memory are read (since Linux 4.14). */
  NOWAIT(linux(8)),
  /**
   * The kernel polls the device instead of waiting for its interrupt, which shortens the wait and
   * keeps a processor busy. Only reads of files that are open with {@code DIRECT} are affected, and
   * only if polling is enabled for the device (since Linux 4.6).
   */
  HIPRI(linux(1)),
  /**
   * Pages that the read brings into the page cache are removed from it afterwards (since Linux
   * 6.14).
   */
  DONTCACHE(linux(128));

  private final Numbers numbers;

  ReadFlag(Numbers numbers) {
    this.numbers = numbers;
  }

  /**
   * Returns whether the running platform has this flag and its C library has preadv2.
   *
   * @return false if using the flag throws {@link UnsupportedOperationException}
   */
  public boolean isSupported() {
    return numbers.isHere() && TransferCalls.canReadWithFlags();
  }

  /**
   * Returns the bits of this flag in C on the running platform. The C constant is {@code RWF_}
   * followed by the name of this one.
   *
   * @return the bits
   * @throws UnsupportedOperationException if the platform lacks the flag
   */
  public int bits() {
    return numbers.here("RWF_", this);
  }

  /** Returns the numbers of all platforms. */
  Numbers numbers() {
    return numbers;
  }
}
