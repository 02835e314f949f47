package io.mman.internal.platform;

/** Requests of ioctl(2), named as in C. */
public enum Ioctl {
  /** Returns the size of a block device in bytes: {@code _IOR(0x12, 114, size_t)}. */
  BLKGETSIZE64(Numbers.linux(0x80081272L).power(0x40081272L)),
  /**
   * Agrees on the features of a userfaultfd: {@code _IOWR(0xAA, 0x3F, struct uffdio_api)} of
   * linux/userfaultfd.h, as those that follow.
   */
  UFFDIO_API(Numbers.linux(0xc018aa3fL)),
  /** Registers a range of memory: {@code _IOWR(0xAA, 0x00, struct uffdio_register)}. */
  UFFDIO_REGISTER(Numbers.linux(0xc020aa00L)),
  /** Ends a registration: {@code _IOR(0xAA, 0x01, struct uffdio_range)}. */
  UFFDIO_UNREGISTER(Numbers.linux(0x8010aa01L).power(0x4010aa01L)),
  /** Protects registered pages: {@code _IOWR(0xAA, 0x06, struct uffdio_writeprotect)}. */
  UFFDIO_WRITEPROTECT(Numbers.linux(0xc018aa06L)),
  /**
   * Finds pages of a process, and protects them: {@code _IOWR('f', 16, struct pm_scan_arg)} of
   * linux/fs.h, on {@code /proc/PID/pagemap} (since Linux 6.7).
   */
  PAGEMAP_SCAN(Numbers.linux(0xc0606610L));

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
