package io.mman.faults;

import io.mman.Errno;
import io.mman.MmanException;
import java.util.Arrays;
import java.util.List;

/**
 * The system calls that the library makes, and the errors that their man pages list.
 *
 * <p>The names are those of the kernel, with a question mark before calls that are not made
 * everywhere: some processors lack them, some need a device, and some are known to strace only
 * since 6.5 and 6.10. An exception names the function of the C library that made the call.
 */
enum FaultPlan {
  OPENAT(
      "openat",
      "open shm_open",
      "EACCES EAGAIN EBADF EBUSY EDQUOT EEXIST EFAULT EFBIG EINTR EINVAL EISDIR ELOOP EMFILE"
          + " ENAMETOOLONG ENFILE ENODEV ENOENT ENOMEM ENOSPC ENOTDIR ENXIO EOPNOTSUPP EOVERFLOW"
          + " EPERM EROFS ETXTBSY"),
  CLOSE("close", "close", "EBADF EDQUOT EINTR EIO ENOSPC"),
  FSTAT("?fstat", "fstat", "EBADF EFAULT EINTR ENOMEM EOVERFLOW"),
  NEWFSTATAT("?newfstatat", "fstat lstat", "EACCES EBADF EFAULT EINTR EINVAL ENOMEM EOVERFLOW"),
  FSTATFS("fstatfs", "fstatfs", "EBADF EFAULT EINTR EIO ENOMEM ENOSYS EOVERFLOW"),
  LSEEK("lseek", "lseek", "EBADF EINVAL ENXIO EOVERFLOW ESPIPE"),
  PREAD64("pread64", "pread", "EAGAIN EBADF EFAULT EINTR EINVAL EIO EISDIR ENXIO EOVERFLOW ESPIPE"),
  PREADV2("preadv2", "preadv2", "EAGAIN EBADF EFAULT EINTR EINVAL EIO EOPNOTSUPP"),
  PWRITE64(
      "pwrite64",
      "pwrite",
      "EAGAIN EBADF EDQUOT EFAULT EFBIG EINTR EINVAL EIO ENOSPC EOVERFLOW EPERM ESPIPE"),
  PWRITEV2("pwritev2", "pwritev2", "EAGAIN EBADF EDQUOT EFBIG EINTR EIO ENOSPC EOPNOTSUPP"),
  IOCTL("?ioctl", "ioctl", "EBADF EFAULT EINTR EINVAL ENOTTY"),
  USERFAULTFD("?userfaultfd", "userfaultfd", "EINTR EINVAL EMFILE ENFILE ENOMEM ENOSYS EPERM"),
  CACHESTAT("?cachestat", "cachestat", "EBADF EFAULT EINVAL EOPNOTSUPP"),
  FTRUNCATE("ftruncate", "ftruncate", "EBADF EFBIG EINTR EINVAL EIO EPERM EROFS ETXTBSY"),
  FALLOCATE(
      "fallocate",
      "posix_fallocate fallocate",
      "EBADF EFBIG EINTR EINVAL EIO ENODEV ENOSPC ENOSYS EOPNOTSUPP EPERM ESPIPE ETXTBSY"),
  FADVISE64("fadvise64", "posix_fadvise", "EBADF EINVAL ESPIPE"),
  FGETXATTR("?fgetxattr", "fgetxattr", "EIO ERANGE"),
  FSETXATTR("?fsetxattr", "fsetxattr", "EACCES EDQUOT EIO ENOSPC EOPNOTSUPP EPERM"),
  FSYNC("fsync", "fsync", "EBADF EDQUOT EINTR EINVAL EIO ENOSPC EROFS"),
  FDATASYNC("fdatasync", "fdatasync", "EBADF EDQUOT EINTR EINVAL EIO ENOSPC EROFS"),
  FCNTL(
      "fcntl",
      "fcntl",
      "EACCES EAGAIN EBADF EBUSY EDEADLK EFAULT EINTR EINVAL EMFILE ENOLCK EPERM"),
  MEMFD_CREATE("memfd_create", "memfd_create", "EFAULT EINVAL EMFILE ENFILE ENOMEM EPERM"),
  LINKAT(
      "linkat",
      "linkat",
      "EACCES EBADF EDQUOT EEXIST EFAULT EINVAL EIO ELOOP EMLINK ENAMETOOLONG ENOENT ENOMEM ENOSPC"
          + " ENOTDIR EPERM EROFS EXDEV"),
  UNLINK(
      "?unlink",
      "shm_unlink unlink",
      "EACCES EBUSY EFAULT EIO EISDIR ELOOP ENAMETOOLONG ENOENT ENOMEM ENOTDIR EPERM EROFS"),
  RENAME("?rename", "rename", "EACCES ENOSPC EROFS"),
  RENAMEAT2("renameat2", "rename", "EINVAL ENOSYS"),
  FLOCK("flock", "flock", "EBADF EINTR ENOLCK"),
  SOCKET("socket", "socket", "EACCES EMFILE ENFILE ENOBUFS"),
  FCHMOD("fchmod", "fchmod", "EINTR EPERM"),
  BIND("bind", "bind", "EACCES ENOSPC EROFS"),
  LISTEN("listen", "listen", "EINVAL EOPNOTSUPP"),
  CONNECT("connect", "connect", "EAGAIN ECONNREFUSED EINTR EPERM"),
  ACCEPT4("accept4", "accept4", "ECONNABORTED EINTR EMFILE ENFILE ENOBUFS"),
  GETSOCKOPT("getsockopt", "getsockopt", "EINTR ENOPROTOOPT"),
  SENDMSG("sendmsg", "sendmsg", "ECONNRESET EINTR ENOBUFS EPIPE ETOOMANYREFS"),
  RECVMSG("recvmsg", "recvmsg", "ECONNRESET EINTR ENOMEM"),
  POLL("?poll", "poll", "EINTR EINVAL ENOMEM"),
  SHUTDOWN("shutdown", "shutdown", "EINTR ENOTCONN"),
  PIDFD_OPEN("?pidfd_open", "pidfd_open", "EMFILE ENOSYS ESRCH"),
  PIDFD_GETFD("?pidfd_getfd", "pidfd_getfd", "EBADF EMFILE ENOSYS EPERM ESRCH"),
  MMAP(
      "mmap",
      "mmap",
      "EACCES EAGAIN EBADF EEXIST EINVAL ENFILE ENODEV ENOMEM EOVERFLOW EPERM ETXTBSY"),
  MUNMAP("munmap", "munmap", "EINVAL ENOMEM EPERM"),
  MPROTECT("mprotect", "mprotect", "EACCES EINVAL ENOMEM EPERM"),
  MADVISE(
      "madvise", "madvise", "EACCES EAGAIN EBADF EBUSY EFAULT EHWPOISON EINVAL EIO ENOMEM EPERM"),
  // The library remembers the last two.
  PROCESS_MADVISE(
      "?process_madvise",
      "process_madvise",
      "EAGAIN EFAULT EINTR EINVAL ENOMEM ESRCH EBADF EPERM ENOSYS"),
  MSYNC("msync", "msync", "EBUSY EINVAL EIO ENOMEM"),
  MREMAP("mremap", "mremap", "EAGAIN EFAULT EINVAL ENOMEM EPERM"),
  MLOCK("mlock", "mlock", "EAGAIN EINVAL ENOMEM EPERM"),
  MLOCK2("mlock2", "mlock2", "EAGAIN EINVAL ENOMEM EPERM"),
  MUNLOCK("munlock", "munlock", "EAGAIN EINVAL ENOMEM EPERM"),
  MLOCKALL("mlockall", "mlockall", "EAGAIN ENOMEM EPERM"),
  MUNLOCKALL("munlockall", "munlockall", "EAGAIN EPERM"),
  MSEAL("?mseal", "mseal", "EINVAL ENOMEM EPERM"),
  PRCTL("prctl", "prctl", "EACCES EBADF EFAULT EINVAL ENOMEM EPERM"),
  PRLIMIT64("?prlimit64", "getrlimit", "EFAULT EINVAL EPERM ESRCH"),
  MINCORE("mincore", "mincore", "EAGAIN EFAULT EINVAL ENOMEM"),
  PROCESS_VM_READV(
      "process_vm_readv", "process_vm_readv", "EFAULT EINVAL ENOMEM ENOSYS EPERM ESRCH"),
  PROCESS_VM_WRITEV(
      "process_vm_writev", "process_vm_writev", "EFAULT EINVAL ENOMEM ENOSYS EPERM ESRCH");

  private final String kernelName;
  private final List<String> functions;
  private final List<String> errors;

  FaultPlan(String kernelName, String functions, String errors) {
    this.kernelName = kernelName;
    this.functions = List.of(functions.split(" "));
    this.errors = List.of(errors.split(" "));
  }

  static FaultPlan of(String kernelName) {
    for (FaultPlan call : values()) {
      if (call.kernelName.replace("?", "").equals(kernelName)) {
        return call;
      }
    }
    throw new AssertionError(kernelName);
  }

  static List<String> kernelNames() {
    return Arrays.stream(values()).map(FaultPlan::kernelName).toList();
  }

  String kernelName() {
    return kernelName;
  }

  /** Returns whether it is not made everywhere. */
  boolean isElsewhere() {
    return kernelName.startsWith("?");
  }

  List<String> errors() {
    return errors;
  }

  /** Returns whether this is the exception for a call that failed. */
  boolean explains(Throwable thrown, String errno) {
    return thrown instanceof MmanException e
        && functions.contains(e.call())
        && (e.error().name().equals(errno) || isGlibcs(e, errno));
  }

  /** glibc translates these two errors. */
  private static boolean isGlibcs(MmanException e, String errno) {
    return switch (e.call()) {
      case "shm_open" -> errno.equals("EISDIR") && e.error() == Errno.EINVAL;
      case "shm_unlink" -> errno.equals("EPERM") && e.error() == Errno.EACCES;
      default -> false;
    };
  }
}
