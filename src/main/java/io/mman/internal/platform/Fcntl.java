package io.mman.internal.platform;

/** Commands of fcntl(2), named as in C without {@code F_}. */
public enum Fcntl {
  SETFD(Numbers.everywhere(2)),
  GETFL(Numbers.everywhere(3)),
  SETFL(Numbers.everywhere(4)),
  ADD_SEALS(Numbers.linux(1033).freebsd(19).netbsd(16)),
  GET_SEALS(Numbers.linux(1034).freebsd(20).netbsd(17)),
  /** Sets a lock that belongs to the open file description, without waiting for it. */
  OFD_SETLK(Numbers.linux(37).macos(90)),
  /** Finds a lock that would prevent such a lock from being set. */
  OFD_GETLK(Numbers.linux(36).macos(92)),
  /** Makes the drive write its cache to the medium, which fsync(2) of macOS does not. */
  FULLFSYNC(Numbers.onMacos(51));

  private final Numbers numbers;

  Fcntl(Numbers numbers) {
    this.numbers = numbers;
  }

  /** Returns the numbers of all platforms. */
  Numbers numbers() {
    return numbers;
  }

  /** Returns whether the running platform has the command. */
  public boolean isHere() {
    return numbers.isHere();
  }

  /**
   * Returns the number on the running platform.
   *
   * @throws UnsupportedOperationException if the platform lacks the command
   */
  public int number() {
    return numbers.here("F_", this);
  }
}
