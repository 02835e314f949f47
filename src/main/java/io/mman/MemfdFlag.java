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
  ALLOW_SEALING(linux(2).freebsd(2).netbsd(2)),
  /** The file consists of explicit huge pages (since Linux 4.14). */
  HUGETLB(linux(4).freebsd(4)),
  /**
   * The file can never be made executable. This flag implies {@link #ALLOW_SEALING} (since Linux
   * 6.3).
   */
  NOEXEC_SEAL(linux(8)),
  /** The file may be executed (since Linux 6.3). */
  EXEC(linux(0x10)),
  /** With {@link #HUGETLB}, requests huge pages of 2 MiB (since Linux 4.14). */
  HUGE_2MB(linux(21L << 26).freebsd(21L << 26)),
  /** With {@link #HUGETLB}, requests huge pages of 1 GiB (since Linux 4.14). */
  HUGE_1GB(linux(30L << 26).freebsd(30L << 26));

  private final Numbers numbers;

  MemfdFlag(Numbers numbers) {
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
   * Returns the bits of this flag in C on the running platform. The C constant is {@code MFD_}
   * followed by the name of this one.
   *
   * @return the bits
   * @throws UnsupportedOperationException if the platform lacks the flag
   */
  public int bits() {
    return numbers.here("MFD_", this);
  }

  /** Returns the numbers of all platforms. */
  Numbers numbers() {
    return numbers;
  }
}
