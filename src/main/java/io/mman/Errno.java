package io.mman;

import static io.mman.internal.platform.Numbers.everywhere;
import static io.mman.internal.platform.Numbers.linux;
import static io.mman.internal.platform.Numbers.onFreebsd;

import io.mman.internal.platform.Numbers;
import org.jspecify.annotations.Nullable;

/**
 * The errors of POSIX, and those in the man pages of the calls that this library makes. The numbers
 * are those of asm-generic/errno.h of Linux, and of sys/errno.h of the other systems.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/errno.3.html">errno(3)</a>
 */
public enum Errno {
  /** Operation not permitted. */
  EPERM(everywhere(1), "Operation not permitted"),
  /** No such file or directory. */
  ENOENT(everywhere(2), "No such file or directory"),
  /** No such process. */
  ESRCH(everywhere(3), "No such process"),
  /** Interrupted system call. */
  EINTR(everywhere(4), "Interrupted system call"),
  /** Input/output error. */
  EIO(everywhere(5), "Input/output error"),
  /** No such device or address. */
  ENXIO(everywhere(6), "No such device or address"),
  /** Argument list too long. */
  E2BIG(everywhere(7), "Argument list too long"),
  /** Exec format error. */
  ENOEXEC(everywhere(8), "Exec format error"),
  /** Bad file descriptor. */
  EBADF(everywhere(9), "Bad file descriptor"),
  /** No child processes. */
  ECHILD(everywhere(10), "No child processes"),
  /** Resource temporarily unavailable. */
  EAGAIN(linux(11).bsd(35), "Resource temporarily unavailable"),
  /** Cannot allocate memory. */
  ENOMEM(everywhere(12), "Cannot allocate memory"),
  /** Permission denied. */
  EACCES(everywhere(13), "Permission denied"),
  /** Bad address. */
  EFAULT(everywhere(14), "Bad address"),
  /** Block device required. */
  ENOTBLK(everywhere(15), "Block device required"),
  /** Device or resource busy. */
  EBUSY(everywhere(16), "Device or resource busy"),
  /** File exists. */
  EEXIST(everywhere(17), "File exists"),
  /** Invalid cross-device link. */
  EXDEV(everywhere(18), "Invalid cross-device link"),
  /** No such device. */
  ENODEV(everywhere(19), "No such device"),
  /** Not a directory. */
  ENOTDIR(everywhere(20), "Not a directory"),
  /** Is a directory. */
  EISDIR(everywhere(21), "Is a directory"),
  /** Invalid argument. */
  EINVAL(everywhere(22), "Invalid argument"),
  /** Too many open files in system. */
  ENFILE(everywhere(23), "Too many open files in system"),
  /** Too many open files. */
  EMFILE(everywhere(24), "Too many open files"),
  /** Inappropriate ioctl for device. */
  ENOTTY(everywhere(25), "Inappropriate ioctl for device"),
  /** Text file busy. */
  ETXTBSY(everywhere(26), "Text file busy"),
  /** File too large. */
  EFBIG(everywhere(27), "File too large"),
  /** No space left on device. */
  ENOSPC(everywhere(28), "No space left on device"),
  /** Illegal seek. */
  ESPIPE(everywhere(29), "Illegal seek"),
  /** Read-only file system. */
  EROFS(everywhere(30), "Read-only file system"),
  /** Too many links. */
  EMLINK(everywhere(31), "Too many links"),
  /** Broken pipe. */
  EPIPE(everywhere(32), "Broken pipe"),
  /** Numerical argument out of domain. */
  EDOM(everywhere(33), "Numerical argument out of domain"),
  /** Numerical result out of range. */
  ERANGE(everywhere(34), "Numerical result out of range"),
  /** Resource deadlock avoided. */
  EDEADLK(linux(35).bsd(11), "Resource deadlock avoided"),
  /** File name too long. */
  ENAMETOOLONG(linux(36).bsd(63), "File name too long"),
  /** No locks available. */
  ENOLCK(linux(37).bsd(77), "No locks available"),
  /** Function not implemented. */
  ENOSYS(linux(38).bsd(78), "Function not implemented"),
  /** Directory not empty. */
  ENOTEMPTY(linux(39).bsd(66), "Directory not empty"),
  /** Too many levels of symbolic links. */
  ELOOP(linux(40).bsd(62), "Too many levels of symbolic links"),
  /** No message of desired type. */
  ENOMSG(linux(42).macos(91).freebsd(83).netbsd(83).openbsd(90), "No message of desired type"),
  /** Identifier removed. */
  EIDRM(linux(43).macos(90).freebsd(82).netbsd(82).openbsd(89), "Identifier removed"),
  /** Device not a stream. */
  ENOSTR(linux(60).macos(99).netbsd(91), "Device not a stream"),
  /** No data available. */
  ENODATA(linux(61).macos(96).netbsd(89), "No data available"),
  /** Timer expired. */
  ETIME(linux(62).macos(101).netbsd(92), "Timer expired"),
  /** Out of streams resources. */
  ENOSR(linux(63).macos(98).netbsd(90), "Out of streams resources"),
  /** Link has been severed. */
  ENOLINK(linux(67).macos(97).freebsd(91).netbsd(95), "Link has been severed"),
  /** Protocol error. */
  EPROTO(linux(71).macos(100).freebsd(92).netbsd(96).openbsd(95), "Protocol error"),
  /** Multihop attempted. */
  EMULTIHOP(linux(72).macos(95).freebsd(90).netbsd(94), "Multihop attempted"),
  /** Bad message. */
  EBADMSG(linux(74).macos(94).freebsd(89).netbsd(88).openbsd(92), "Bad message"),
  /** Value too large for defined data type. */
  EOVERFLOW(linux(75).bsd(84).openbsd(87), "Value too large for defined data type"),
  /** Invalid or incomplete multibyte or wide character. */
  EILSEQ(
      linux(84).macos(92).freebsd(86).netbsd(85).openbsd(84),
      "Invalid or incomplete multibyte or wide character"),
  /** Too many users. */
  EUSERS(linux(87).bsd(68), "Too many users"),
  /** Socket operation on non-socket. */
  ENOTSOCK(linux(88).bsd(38), "Socket operation on non-socket"),
  /** Destination address required. */
  EDESTADDRREQ(linux(89).bsd(39), "Destination address required"),
  /** Message too long. */
  EMSGSIZE(linux(90).bsd(40), "Message too long"),
  /** Protocol wrong type for socket. */
  EPROTOTYPE(linux(91).bsd(41), "Protocol wrong type for socket"),
  /** Protocol not available. */
  ENOPROTOOPT(linux(92).bsd(42), "Protocol not available"),
  /** Protocol not supported. */
  EPROTONOSUPPORT(linux(93).bsd(43), "Protocol not supported"),
  /** Socket type not supported. */
  ESOCKTNOSUPPORT(linux(94).bsd(44), "Socket type not supported"),
  /** Operation not supported. */
  EOPNOTSUPP(linux(95).macos(102).freebsd(45).netbsd(45).openbsd(45), "Operation not supported"),
  /** Operation not supported. */
  ENOTSUP(linux(95).macos(45).freebsd(45).netbsd(86).openbsd(91), "Operation not supported"),
  /** Address family not supported by protocol. */
  EAFNOSUPPORT(linux(97).bsd(47), "Address family not supported by protocol"),
  /** Address already in use. */
  EADDRINUSE(linux(98).bsd(48), "Address already in use"),
  /** Cannot assign requested address. */
  EADDRNOTAVAIL(linux(99).bsd(49), "Cannot assign requested address"),
  /** Network is down. */
  ENETDOWN(linux(100).bsd(50), "Network is down"),
  /** Network is unreachable. */
  ENETUNREACH(linux(101).bsd(51), "Network is unreachable"),
  /** Network dropped connection on reset. */
  ENETRESET(linux(102).bsd(52), "Network dropped connection on reset"),
  /** Software caused connection abort. */
  ECONNABORTED(linux(103).bsd(53), "Software caused connection abort"),
  /** Connection reset by peer. */
  ECONNRESET(linux(104).bsd(54), "Connection reset by peer"),
  /** No buffer space available. */
  ENOBUFS(linux(105).bsd(55), "No buffer space available"),
  /** Transport endpoint is already connected. */
  EISCONN(linux(106).bsd(56), "Transport endpoint is already connected"),
  /** Transport endpoint is not connected. */
  ENOTCONN(linux(107).bsd(57), "Transport endpoint is not connected"),
  /** Too many references: cannot splice. */
  ETOOMANYREFS(linux(109).bsd(59), "Too many references: cannot splice"),
  /** Connection timed out. */
  ETIMEDOUT(linux(110).bsd(60), "Connection timed out"),
  /** Connection refused. */
  ECONNREFUSED(linux(111).bsd(61), "Connection refused"),
  /** No route to host. */
  EHOSTUNREACH(linux(113).bsd(65), "No route to host"),
  /** Operation already in progress. */
  EALREADY(linux(114).bsd(37), "Operation already in progress"),
  /** Operation now in progress. */
  EINPROGRESS(linux(115).bsd(36), "Operation now in progress"),
  /** Stale file handle. */
  ESTALE(linux(116).bsd(70), "Stale file handle"),
  /** Disk quota exceeded. */
  EDQUOT(linux(122).bsd(69), "Disk quota exceeded"),
  /** Operation canceled. */
  ECANCELED(linux(125).macos(89).freebsd(85).netbsd(87).openbsd(88), "Operation canceled"),
  /** Owner died. */
  EOWNERDEAD(linux(130).macos(105).freebsd(96).netbsd(97).openbsd(94), "Owner died"),
  /** State not recoverable. */
  ENOTRECOVERABLE(
      linux(131).macos(104).freebsd(95).netbsd(98).openbsd(93), "State not recoverable"),
  /** Memory page has hardware error. */
  EHWPOISON(linux(133), "Memory page has hardware error"),
  /** Capabilities insufficient (FreeBSD). */
  ENOTCAPABLE(onFreebsd(93), "Capabilities insufficient"),
  /** Not permitted in capability mode (FreeBSD). */
  ECAPMODE(onFreebsd(94), "Not permitted in capability mode"),
  /** Integrity check failed (FreeBSD). */
  EINTEGRITY(onFreebsd(97), "Integrity check failed"),
  /** Resource temporarily unavailable. */
  EWOULDBLOCK(linux(11).bsd(35), "Resource temporarily unavailable"),
  /** Any number that has no name here; {@link MmanException#errno()} returns it. */
  OTHER(null, "Unknown error");

  private final @Nullable Numbers numbers;
  private final String text;

  Errno(@Nullable Numbers numbers, String text) {
    this.numbers = numbers;
    this.text = text;
  }

  /**
   * Returns the description of the error, which is in English for every locale.
   *
   * @return the text, such as {@code Permission denied}
   */
  public String text() {
    return text;
  }

  /**
   * Returns the error with a given number on the running platform. If two errors have the number,
   * it is the one whose name the kernel uses: {@code EAGAIN}, not {@code EWOULDBLOCK}; {@code
   * EOPNOTSUPP}, not {@code ENOTSUP}.
   *
   * @param number an error number, as in C's {@code errno}
   * @return the error, or {@link #OTHER}
   */
  public static Errno of(int number) {
    for (Errno errno : values()) {
      Numbers numbers = errno.numbers;
      if (numbers != null && numbers.isHere() && numbers.hereOrAbsent() == number) {
        return errno;
      }
    }
    return OTHER;
  }

  /**
   * Returns the number of this error in C on the running platform.
   *
   * @return the number, such as 12 for {@code ENOMEM}
   * @throws UnsupportedOperationException for {@link #OTHER}, which has no single number
   * @throws UnsupportedOperationException if the platform lacks the error
   */
  public int number() {
    if (numbers == null) {
      throw new UnsupportedOperationException("OTHER has no number of its own");
    }
    return numbers.here("", this);
  }

  /** Returns the numbers of all platforms, or null for {@link #OTHER}. */
  @Nullable Numbers numbers() {
    return numbers;
  }
}
