package io.mman;

import static io.mman.internal.platform.Numbers.linux;

import io.mman.internal.libc.TransferCalls;
import io.mman.internal.platform.Numbers;

/**
 * Flags of pwritev2(2) for a single write, named as in C without {@code RWF_}. Only Linux has them.
 * Whether a flag works also depends on the kernel, the file system and the medium, which refuse it
 * with {@code EOPNOTSUPP}.
 *
 * @see NativeFile#write
 * @see <a href="https://man7.org/linux/man-pages/man2/readv.2.html">pwritev2(2)</a>
 */
public enum WriteFlag {
  /**
   * The bytes are on the medium when the call returns, as after {@link NativeFile#syncData()} but
   * for these bytes only (since Linux 4.7).
   */
  DSYNC(linux(2)),
  /**
   * The bytes and the metadata are on the medium when the call returns, as after {@link
   * NativeFile#sync()} but for these bytes only (since Linux 4.7).
   */
  SYNC(linux(4)),
  /**
   * The bytes are written to the end of the file, wherever that is at that moment, and the position
   * is ignored. They are written by a single system call and are therefore never mixed with those
   * of other writers that append (since Linux 4.16).
   */
  APPEND(linux(16)),
  /**
   * The write never waits, neither for the medium nor for another writer (since Linux 4.13). Many
   * file systems, such as tmpfs and ext4, refuse this for files that are not open with {@code
   * DIRECT}.
   */
  NOWAIT(linux(8)),
  /**
   * The bytes are on their way to the medium when the call returns, and their pages are removed
   * from the page cache once they have been written (since Linux 6.14).
   */
  DONTCACHE(linux(128)),
  /**
   * After a power failure the medium has all of the bytes or none. The file must be open with
   * {@code DIRECT}; the number of bytes must be a power of two between the two limits in {@link
   * DirectLimits}, and the position a multiple of it (since Linux 6.11).
   */
  ATOMIC(linux(64));

  private final Numbers numbers;

  WriteFlag(Numbers numbers) {
    this.numbers = numbers;
  }

  /**
   * Returns whether the running platform has this flag and its C library has pwritev2.
   *
   * @return false if using the flag throws {@link UnsupportedOperationException}
   */
  public boolean isSupported() {
    return numbers.isHere() && TransferCalls.canWriteWithFlags();
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
