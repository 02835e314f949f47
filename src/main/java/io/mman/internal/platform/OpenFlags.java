package io.mman.internal.platform;

/** Flags of open(2). Their numbers differ even between the processors of one system. */
public enum OpenFlags {
  O_RDONLY(Numbers.everywhere(0)),
  O_WRONLY(Numbers.everywhere(1)),
  O_RDWR(Numbers.everywhere(2)),
  O_CREAT(Numbers.linux(0x40).bsd(0x200)),
  O_EXCL(Numbers.linux(0x80).bsd(0x800)),
  O_TRUNC(Numbers.linux(0x200).bsd(0x400)),
  /** Is the same as O_SYNC on OpenBSD. */
  O_DSYNC(Numbers.linux(0x1000).macos(0x400000).freebsd(0x1000000).netbsd(0x10000).openbsd(0x80)),
  O_SYNC(Numbers.linux(0x101000).bsd(0x80)),
  O_NONBLOCK(Numbers.linux(0x800).bsd(4)),
  O_NOCTTY(Numbers.linux(0x100).bsd(0x8000).macos(0x20000)),
  O_CLOEXEC(
      Numbers.linux(0x80000).macos(0x1000000).freebsd(0x100000).netbsd(0x400000).openbsd(0x10000)),
  /** Opens the name alone: for use as the folder of other names. */
  O_PATH(Numbers.linux(0x200000)),
  /** Has the number of 32-bit ARM on aarch64, and its own on ppc64. */
  O_NOFOLLOW(Numbers.linux(0x20000).power(0x8000).bsd(0x100), 0x8000),
  O_DIRECT(Numbers.linux(0x4000).power(0x20000).freebsd(0x10000).netbsd(0x80000), 0x10000),
  /** Includes O_DIRECTORY, whose number differs as that of O_NOFOLLOW does. */
  O_TMPFILE(Numbers.linux(0x410000).power(0x404000), 0x404000);

  private static final int ACCESS_MODE = 3;

  private final Numbers numbers;
  private final Numbers onAarch64;

  OpenFlags(Numbers numbers) {
    this.numbers = numbers;
    this.onAarch64 = numbers;
  }

  OpenFlags(Numbers numbers, long linuxOnAarch64) {
    this.numbers = numbers;
    this.onAarch64 = numbers.linuxInstead(linuxOnAarch64);
  }

  Numbers on(Arch arch) {
    return arch == Arch.AARCH64 ? onAarch64 : numbers;
  }

  /**
   * Returns the bits on the running platform.
   *
   * @throws UnsupportedOperationException if the platform lacks the flag
   */
  public int bits() {
    return on(Arch.current()).here("", this);
  }

  /** Returns whether the running platform has the flag. */
  public boolean isHere() {
    return on(Arch.current()).isHere();
  }

  /**
   * Returns whether a descriptor was opened with this access mode.
   *
   * @param flags the flags that F_GETFL returns for the descriptor
   */
  public boolean isAccessModeOf(int flags) {
    return (flags & ACCESS_MODE) == bits();
  }
}
