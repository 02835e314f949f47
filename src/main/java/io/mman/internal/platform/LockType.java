package io.mman.internal.platform;

/** The types of locks of fcntl(2), named as in C without {@code F_}. */
public enum LockType {
  /** A shared lock, which excludes exclusive locks. */
  RDLCK(Numbers.linux(0).macos(1)),
  /** An exclusive lock, which excludes all other locks. */
  WRLCK(Numbers.linux(1).macos(3)),
  /** No lock. */
  UNLCK(Numbers.linux(2).macos(2));

  /** An upper bound of the size of {@code struct flock}; whence and process are 0. */
  public static final int STRUCTURE_BYTES = 32;

  private static final int OFFSET = offset(Platform.current());

  private final Numbers numbers;

  LockType(Numbers numbers) {
    this.numbers = numbers;
  }

  /** Returns the offset of {@code l_type}, a {@code short}, in {@code struct flock}. */
  public static int offset() {
    return OFFSET;
  }

  /** On Linux the type comes first, on macOS after start, length and process. */
  static int offset(Platform platform) {
    return platform == Platform.MACOS ? 20 : 0;
  }

  /** Returns the offset of {@code l_start}, which {@code l_len} follows; both are 64-bit. */
  public static int startOffset() {
    return startOffset(Platform.current());
  }

  static int startOffset(Platform platform) {
    return platform == Platform.MACOS ? 0 : 8;
  }

  /** Returns the numbers of all platforms. */
  Numbers numbers() {
    return numbers;
  }

  /**
   * Returns the number on the running platform.
   *
   * @throws UnsupportedOperationException if the platform lacks such locks
   */
  public short number() {
    return (short) numbers.here("F_", this);
  }
}
