package io.mman.internal.platform;

/** Constants of the calls that take a folder and a path, named as in C without {@code AT_}. */
public enum At {
  /** Stands for the descriptor of a folder, which is then the working directory. */
  FDCWD(Numbers.linux(0xFFFFFF9CL).bsd(0xFFFFFF9CL).macos(0xFFFFFFFEL)),
  /** Follows a symbolic link, above all one of {@code /proc} that stands for a descriptor. */
  SYMLINK_FOLLOW(Numbers.linux(0x400).macos(0x40).freebsd(0x400).netbsd(0x400).openbsd(4)),
  /** An empty path stands for the descriptor itself. */
  EMPTY_PATH(Numbers.linux(0x1000).freebsd(0x4000));

  private final Numbers numbers;

  At(Numbers numbers) {
    this.numbers = numbers;
  }

  /** Returns the numbers of all platforms. */
  Numbers numbers() {
    return numbers;
  }

  /**
   * Returns the number on the running platform.
   *
   * @throws UnsupportedOperationException if the platform lacks the constant
   */
  public int number() {
    return numbers.here("AT_", this);
  }
}
