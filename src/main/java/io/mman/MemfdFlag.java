package io.mman;

import static io.mman.platform.Numbers.linux;

import io.mman.platform.Numbers;
import io.mman.platform.Platform;

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
   * Returns the number here, or throws {@link UnsupportedOperationException} where there is none.
   */
  int bits() {
    return numbers.here("MFD_", this);
  }

  /** Returns the number on every platform. */
  Numbers numbers() {
    return numbers;
  }

  /**
   * Returns the bit that closes the descriptor in a program that replaces this one.
   *
   * @throws UnsupportedOperationException if the platform lacks memfd_create
   */
  static int closeOnExec() {
    if (!ALLOW_SEALING.isSupported()) {
      throw Platform.lacks("memfd_create");
    }
    return 1;
  }

  /**
   * Returns the bits of several flags together.
   *
   * @throws IllegalArgumentException if both sizes are given
   */
  static int bits(MemfdFlag... flags) {
    int bits = 0;
    boolean huge2 = false;
    boolean huge1 = false;
    for (MemfdFlag flag : flags) {
      bits |= flag.bits();
      huge2 |= flag == HUGE_2MB;
      huge1 |= flag == HUGE_1GB;
    }
    if (huge2 && huge1) {
      throw new IllegalArgumentException("HUGE_2MB and HUGE_1GB exclude each other");
    }
    return bits;
  }
}
