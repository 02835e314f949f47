package io.mman;

import static io.mman.internal.platform.Numbers.linux;

import io.mman.internal.platform.Numbers;

/**
 * Advice of posix_fadvise(2) on how a file will be read, named as in C without {@code POSIX_FADV_}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/posix_fadvise.2.html">posix_fadvise(2)</a>
 */
public enum FileAdvice {
  /** The file is read ahead as by default. */
  NORMAL(linux(0).freebsd(0).netbsd(0)),
  /** The file will be read in random order, so that reading ahead is useless. */
  RANDOM(linux(1).freebsd(1).netbsd(1)),
  /** The file will be read from front to back, so that the kernel reads twice as far ahead. */
  SEQUENTIAL(linux(2).freebsd(2).netbsd(2)),
  /**
   * The range will be needed soon: the kernel starts to read it into the page cache now. In one
   * call Linux reads at most one read-ahead window of the device ({@code read_ahead_kb}, 128 KiB by
   * default). Advise a large range in pieces of that size.
   */
  WILLNEED(linux(3).freebsd(3).netbsd(3)),
  /**
   * The range will not be needed soon: clean pages that no process has mapped are removed from the
   * page cache. A file in memory keeps its pages, because they exist nowhere else.
   */
  DONTNEED(linux(4).s390x(6).freebsd(4).netbsd(4)),
  /** The range will be read only once. */
  NOREUSE(linux(5).s390x(7).freebsd(5).netbsd(5));

  private final Numbers numbers;

  FileAdvice(Numbers numbers) {
    this.numbers = numbers;
  }

  /**
   * Returns whether the running platform has this advice.
   *
   * @return false if using it throws {@link UnsupportedOperationException}
   */
  public boolean isSupported() {
    return numbers.isHere();
  }

  /**
   * Returns the number of this advice in C on the running platform. The C constant is {@code
   * POSIX_FADV_} followed by the name of this one.
   *
   * @return the number
   * @throws UnsupportedOperationException if the platform lacks the advice
   */
  public int number() {
    return numbers.here("POSIX_FADV_", this);
  }

  /** Returns the numbers of all platforms. */
  Numbers numbers() {
    return numbers;
  }
}
