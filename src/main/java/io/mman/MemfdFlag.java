package io.mman;

import static io.mman.internal.platform.Numbers.linux;

import io.mman.internal.platform.Numbers;

/**
 * Flags of memfd_create(2), named as in C without {@code MFD_}. {@code MFD_CLOEXEC} is always set.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/memfd_create.2.html">memfd_create(2)</a>
 */
public enum MemfdFlag {
  /** Seals may be added with {@link NativeFile#seal}. */
  ALLOW_SEALING(linux(2).freebsd(2)),
  /** The file consists of explicit huge pages. */
  HUGETLB(linux(4).freebsd(4)),
  /** The file can never be made executable; allows sealing too. Linux 6.3. */
  NOEXEC_SEAL(linux(8)),
  /** The file may be executed. Linux 6.3. */
  EXEC(linux(0x10)),
  /** With {@link #HUGETLB}: pages of 2 MiB. */
  HUGE_2MB(linux(21L << 26).freebsd(21L << 26)),
  /** With {@link #HUGETLB}: pages of 1 GiB. */
  HUGE_1GB(linux(30L << 26).freebsd(30L << 26));

  private final Numbers numbers;

  MemfdFlag(Numbers numbers) {
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
   * Returns C's number of this flag on the running platform: {@code MFD_} and the name of the
   * constant.
   *
   * @return the bits, of which the highest may be set
   * @throws UnsupportedOperationException if the platform lacks the flag
   */
  public int bits() {
    return numbers.here("MFD_", this);
  }

  /** Returns the number on every platform. */
  Numbers numbers() {
    return numbers;
  }
}
