package io.mman.internal.platform;

/**
 * Constants of sockets on Linux, named as in C: asm-generic/socket.h and linux/socket.h. Only
 * {@code SO_PEERCRED} has another number on ppc64.
 */
public enum SocketNumber {
  AF_UNIX(1),
  SOCK_STREAM(1),
  SOCK_DGRAM(2),
  SOCK_NONBLOCK(0x800),
  SOCK_CLOEXEC(0x80000),
  SOL_SOCKET(1),
  /** Reads the process and the user who have connected. */
  SO_PEERCRED(Numbers.linux(17).power(21)),
  /** Marks the part of a message that carries descriptors. */
  SCM_RIGHTS(1),
  /** Says that a message had more parts than the receiver could take. */
  MSG_CTRUNC(8),
  /** Prevents SIGPIPE. */
  MSG_NOSIGNAL(0x4000),
  /** Makes received descriptors close-on-exec. */
  MSG_CMSG_CLOEXEC(0x40000000),
  SHUT_RDWR(2);

  private final Numbers numbers;

  SocketNumber(long linux) {
    this(Numbers.linux(linux));
  }

  SocketNumber(Numbers numbers) {
    this.numbers = numbers;
  }

  /** Returns the numbers of all platforms. */
  Numbers numbers() {
    return numbers;
  }

  /** Returns whether the running platform has the constant. */
  public boolean isHere() {
    return numbers.isHere();
  }

  /**
   * Returns the number on the running platform.
   *
   * @throws UnsupportedOperationException if the running platform is not Linux
   */
  public int number() {
    return numbers.here("", this);
  }
}
