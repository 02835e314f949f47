package io.mman.internal.platform;

/** Resources of getrlimit(2), named as in C without {@code RLIMIT_}. */
public enum Limit {
  /** The highest descriptor that can be opened, plus one. */
  NOFILE(Numbers.linux(7).bsd(8));

  private final Numbers numbers;

  Limit(Numbers numbers) {
    this.numbers = numbers;
  }

  /** Returns the numbers of all platforms. */
  Numbers numbers() {
    return numbers;
  }

  /**
   * Returns the number on the running platform.
   *
   * @throws UnsupportedOperationException if the platform lacks the limit
   */
  public int number() {
    return numbers.here("RLIMIT_", this);
  }
}
