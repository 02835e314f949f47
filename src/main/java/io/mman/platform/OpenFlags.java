package io.mman.platform;

/** Flags of open(2), which differ even between processors of one system. */
public enum OpenFlags {
  O_RDONLY(Numbers.everywhere(0)),
  O_RDWR(Numbers.everywhere(2)),
  O_CREAT(Numbers.linux(0x40).macos(0x200).freebsd(0x200)),
  O_EXCL(Numbers.linux(0x80).macos(0x800).freebsd(0x800)),
  O_TRUNC(Numbers.linux(0x200).macos(0x400).freebsd(0x400)),
  O_DSYNC(Numbers.linux(0x1000).macos(0x400000).freebsd(0x1000000)),
  O_SYNC(Numbers.linux(0x101000).macos(0x80).freebsd(0x80)),
  O_NOCTTY(Numbers.linux(0x100).macos(0x20000).freebsd(0x8000)),
  O_CLOEXEC(Numbers.linux(0x80000).macos(0x1000000).freebsd(0x100000)),
  /** aarch64 kept the numbers of 32-bit ARM, ppc64 has its own. */
  O_NOFOLLOW(linux(0x20000, 0x8000).power(0x8000).macos(0x100).freebsd(0x100)),
  O_DIRECT(linux(0x4000, 0x10000).power(0x20000).freebsd(0x10000));

  private final Numbers numbers;

  OpenFlags(Numbers numbers) {
    this.numbers = numbers;
  }

  private static Numbers linux(int most, int aarch64) {
    return Numbers.linux(Arch.current() == Arch.AARCH64 ? aarch64 : most);
  }

  /**
   * Returns the bits on the running platform.
   *
   * @throws UnsupportedOperationException if the platform lacks the flag
   */
  public int bits() {
    return numbers.here("", this);
  }
}
