package io.mman;

import static io.mman.internal.platform.Numbers.linux;

import io.mman.internal.platform.Numbers;

/**
 * How a file will be read, named as in C without {@code POSIX_FADV_}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/posix_fadvise.2.html">posix_fadvise(2)</a>
 */
public enum FileAdvice {
  /** No advice: the default readahead. */
  NORMAL(linux(0).freebsd(0)),
  /** In random order: no readahead. */
  RANDOM(linux(1).freebsd(1)),
  /** From front to back: twice the readahead. */
  SEQUENTIAL(linux(2).freebsd(2)),
  /**
   * Soon: reading into the page cache starts now. Linux reads no more than one read-ahead window of
   * the device a call ({@code read_ahead_kb}, 128 KiB by default): advise a large range in pieces.
   */
  WILLNEED(linux(3).freebsd(3)),
  /**
   * Not soon: clean pages that no one has mapped leave the page cache. A file in memory, whose
   * pages have nowhere else to go, keeps them.
   */
  DONTNEED(linux(4).s390x(6).freebsd(4)),
  /** Once. */
  NOREUSE(linux(5).s390x(7).freebsd(5));

  private final Numbers numbers;

  FileAdvice(Numbers numbers) {
    this.numbers = numbers;
  }

  /**
   * Tells whether the running platform has this advice.
   *
   * @return false where using it throws {@link UnsupportedOperationException}
   */
  public boolean isSupported() {
    return numbers.isHere();
  }

  /**
   * Returns C's number of this advice on the running platform: {@code POSIX_FADV_} and the name of
   * the constant.
   *
   * @return the number
   * @throws UnsupportedOperationException if the platform lacks the advice
   */
  public int number() {
    return numbers.here("POSIX_FADV_", this);
  }

  /** Returns the number on every platform. */
  Numbers numbers() {
    return numbers;
  }
}
