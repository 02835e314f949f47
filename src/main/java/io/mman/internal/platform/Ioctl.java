package io.mman.internal.platform;

/** Requests of ioctl(2), named as in C. */
public enum Ioctl {
  /** Returns the size of a block device in bytes: {@code _IOR(0x12, 114, size_t)}. */
  BLKGETSIZE64(Numbers.linux(0x80081272L).power(0x40081272L));

  private final Numbers numbers;

  Ioctl(Numbers numbers) {
    this.numbers = numbers;
  }

  /** Returns the numbers of all platforms. */
  Numbers numbers() {
    return numbers;
  }

  /** Returns whether the running platform has the request. */
  public boolean isHere() {
    return numbers.isHere();
  }

  /**
   * Returns the number on the running platform, as an unsigned 32-bit value.
   *
   * @throws UnsupportedOperationException if the platform lacks the request
   */
  public long number() {
    return Integer.toUnsignedLong(numbers.here("", this));
  }
}
