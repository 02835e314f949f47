package io.mman;

import static io.mman.internal.platform.Numbers.linux;

import io.mman.internal.platform.Numbers;

/**
 * Flags of mremap(2), named as in C without {@code MREMAP_}. Linux only: NetBSD has a function of
 * this name that takes other arguments and other flags.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/mremap.2.html">mremap(2)</a>
 */
public enum RemapFlag {
  /** The mapping may move to another address. */
  MAYMOVE(linux(1)),
  /**
   * With {@link #MAYMOVE}, the mapping moves to the given address, and replaces whatever is mapped
   * there.
   */
  FIXED(linux(2)),
  /** With {@link #MAYMOVE}, the old range stays mapped, without its pages (since Linux 5.7). */
  DONTUNMAP(linux(4));

  private final Numbers numbers;

  RemapFlag(Numbers numbers) {
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
   * Returns the bits of this flag in C on the running platform. The C constant is {@code MREMAP_}
   * followed by the name of this one.
   *
   * @return the bits
   * @throws UnsupportedOperationException if the platform lacks the flag
   */
  public int bits() {
    return numbers.here("MREMAP_", this);
  }

  /** Returns the numbers of all platforms. */
  Numbers numbers() {
    return numbers;
  }
}
