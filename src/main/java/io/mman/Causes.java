package io.mman;

import io.mman.libc.FileCalls;
import org.jspecify.annotations.Nullable;

/**
 * What an errno of a memory call means, as far as it can be known: the ERRORS sections of the man
 * pages, with the limit that was hit or the argument that was wrong. Null where there is nothing to
 * add.
 */
final class Causes {
  private static final int F_GETFL = 3;
  private static final int O_ACCMODE = 3;
  private static final int O_RDONLY = 0;

  private static final String UNMAPPED = "part of the range is not mapped";
  private static final String SEALED = "the range is sealed (mseal)";

  private Causes() {}

  static @Nullable String mmap(
      Errno errno, long length, Protection prot, int flags, int fd, long offset) {
    return switch (errno) {
      case EACCES -> refusedFile(prot, fd);
      case EAGAIN -> Limits.locked(length);
      case EBADF -> "the descriptor is not open";
      case EEXIST -> "something is mapped there";
      case EINVAL -> invalidMap(length, flags, offset);
      case ENODEV -> "the file, or the file system it is on, cannot be mapped";
      case ENOMEM ->
          has(MapFlag.HUGETLB, flags)
              ? Limits.outOfHugePages(hugePageBytes(flags))
              : Limits.outOfMemory(length);
      case EOPNOTSUPP -> "a flag is unknown to the kernel, or the file does not support it";
      case EPERM ->
          prot.canExecute()
              ? "the file system is mounted noexec, or the file is sealed"
              : "the file is sealed against writing";
      default -> null;
    };
  }

  private static @Nullable String refusedFile(Protection prot, int fd) {
    int mode = FileCalls.fcntl(fd, F_GETFL, 0);
    if (mode < 0) {
      return null;
    }
    if ((mode & O_ACCMODE) == O_RDONLY) {
      return prot.canWrite() ? "the file is open for reading only" : "the file cannot be mapped";
    }
    return (mode & O_ACCMODE) == 1 ? "the file is open for writing only" : null;
  }

  private static @Nullable String invalidMap(long length, int flags, long offset) {
    if (length == 0) {
      return "the length is 0";
    }
    if (offset % Mman.pageSize() != 0) {
      return "the offset is not a multiple of the page size, " + Mman.pageSize();
    }
    if (has(MapFlag.HUGETLB, flags)) {
      return "the kernel has no huge pages of this size, or the length is no multiple of it";
    }
    return null;
  }

  private static boolean has(MapFlag flag, int flags) {
    return flag.isSupported() && (flags & flag.bits()) != 0;
  }

  private static long hugePageBytes(int flags) {
    int log2 = flags >>> 26;
    return log2 == 0 ? 0 : 1L << log2;
  }

  static @Nullable String munmap(Errno errno) {
    return switch (errno) {
      case ENOMEM -> Limits.areas();
      case EPERM -> SEALED;
      default -> null;
    };
  }

  static @Nullable String mprotect(Errno errno, long length) {
    return switch (errno) {
      case EACCES -> "the file is open for reading only";
      case ENOMEM -> {
        String limit = Limits.outOfAddressSpace(0);
        yield limit != null && limit.startsWith("vm.") ? limit : UNMAPPED + ", or " + limit;
      }
      case EPERM -> SEALED;
      default -> null;
    };
  }

  static @Nullable String madvise(Errno errno, Advice advice) {
    return switch (errno) {
      case EAGAIN -> "the kernel lacks a resource for now: try again";
      case EBADF -> "there is no file behind the memory";
      case EFAULT -> "a page is past the end of the file, or the disk is full";
      case EINVAL -> "the address is not aligned, or " + advice + " does not apply to such memory";
      case ENOMEM -> withLimit(UNMAPPED);
      case EPERM -> SEALED;
      default -> null;
    };
  }

  static @Nullable String msync(Errno errno) {
    return switch (errno) {
      case EBUSY -> "INVALIDATE of a locked range";
      case EINVAL -> "the address is not aligned, or SYNC and ASYNC are both given";
      case EIO -> "changes may not have reached the file";
      case ENOMEM -> UNMAPPED;
      default -> null;
    };
  }

  static @Nullable String mlock(Errno errno, long length) {
    return switch (errno) {
      case EAGAIN -> "some of the range could not be locked";
      case ENOMEM -> {
        String limit = Limits.locked(length);
        yield limit != null ? limit : withLimit(UNMAPPED + ", or past the end of the file");
      }
      case EPERM -> "RLIMIT_MEMLOCK is 0: raise it (ulimit -l), or grant CAP_IPC_LOCK";
      default -> null;
    };
  }

  static @Nullable String mremap(Errno errno, long more) {
    return switch (errno) {
      case EAGAIN -> Limits.locked(more);
      case EFAULT -> UNMAPPED + ", or it spans several areas";
      case EINVAL -> "an address is not aligned, a length is 0, or the flags do not go together";
      case ENOMEM ->
          "no room to grow in place without MAYMOVE, or " + Limits.outOfAddressSpace(more);
      case EPERM -> SEALED;
      default -> null;
    };
  }

  static @Nullable String copy(Errno errno) {
    return switch (errno) {
      case EFAULT -> "a page is past the end of the file, not to be had, or has not the rights";
      case EPERM, ENOSYS -> "the system, or a seccomp filter of its, refuses such copies";
      default -> null;
    };
  }

  static @Nullable String mincore(Errno errno) {
    return switch (errno) {
      case EINVAL -> "the address is not aligned";
      case ENOMEM -> UNMAPPED;
      default -> null;
    };
  }

  static @Nullable String mseal(Errno errno) {
    return switch (errno) {
      case EINVAL -> "the address is not aligned";
      case ENOMEM -> withLimit(UNMAPPED);
      case ENOSYS -> "the kernel is older than Linux 6.10";
      default -> null;
    };
  }

  private static String withLimit(String otherwise) {
    String areas = Limits.areas();
    return areas != null ? areas : otherwise;
  }
}
