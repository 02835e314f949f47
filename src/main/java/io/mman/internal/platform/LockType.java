package io.mman.internal.platform;

/** Types of a lock of fcntl(2), named as in C without {@code F_}. */
public enum LockType {
  /** Shared: keeps out exclusive locks. */
  RDLCK(Numbers.linux(0).macos(1)),
  /** Exclusive: keeps out all other locks. */
  WRLCK(Numbers.linux(1).macos(3)),
  /** No lock. */
  UNLCK(Numbers.linux(2).macos(2));

  /** Bytes of {@code struct flock}, or more; all but the type may be 0. */
  public static final long STRUCTURE_BYTES = 32;

  private static final long OFFSET = offset(Platform.current());

  private final Numbers numbers;

  LockType(Numbers numbers) {
    this.numbers = numbers;
  }

  /** Returns where {@code struct flock} has its {@code l_type}, a {@code short}. */
  public static long offset() {
    return OFFSET;
  }

  /** Linux begins the structure with the type; macOS with start, length and process. */
  static long offset(Platform platform) {
    return platform == Platform.MACOS ? 20 : 0;
  }

  /** Returns the number on every platform. */
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
