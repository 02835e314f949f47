package io.mman;

import io.mman.libc.FileCalls;
import io.mman.libc.ProcessCalls;
import java.util.Set;
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
  private static final int O_WRONLY = 1;

  private static final String EMPTY_OR_MISALIGNED =
      "the address is not a multiple of the page size, or the length is 0";
  private static final String MISALIGNED = "the address is not a multiple of the page size";
  private static final String SEALED = "the range is sealed (mseal)";
  private static final String UNMAPPED = "part of the range is not mapped";

  private Causes() {}

  static @Nullable String mmap(
      Errno errno,
      long address,
      long length,
      Protection prot,
      Set<MapFlag> flags,
      int fd,
      long at) {
    return switch (errno) {
      case EACCES -> refusedFile(prot, fd);
      case EAGAIN -> Limits.locked(length);
      case EBADF ->
          fd == -1 && !flags.contains(MapFlag.ANONYMOUS)
              ? "without ANONYMOUS there must be a descriptor"
              : "the descriptor is not open";
      case EEXIST -> "something is mapped there";
      case EINVAL -> invalidMap(address, length, flags, at);
      case ENODEV -> "the file, or the file system it is on, cannot be mapped";
      case ENOMEM -> outOfMemory(length, prot, flags, fd);
      case EOPNOTSUPP -> "a flag is unknown to the kernel, or the file does not support it";
      case EOVERFLOW -> "offset and length reach beyond what a file can hold";
      case EPERM -> forbiddenMap(prot, flags, fd);
      default -> null;
    };
  }

  private static @Nullable String refusedFile(Protection prot, int fd) {
    int mode = FileCalls.fcntl(fd, F_GETFL, 0);
    if (mode < 0) {
      return null;
    }
    return switch (mode & O_ACCMODE) {
      case O_RDONLY ->
          prot.canWrite() ? "the file is open for reading only" : "the file cannot be mapped";
      case O_WRONLY -> "the file is open for writing only";
      default -> null;
    };
  }

  private static @Nullable String invalidMap(
      long address, long length, Set<MapFlag> flags, long offset) {
    if (length == 0) {
      return "the length is 0";
    }
    if (flags.stream().noneMatch(MapFlag::isSharing)) {
      return "none of SHARED, PRIVATE, SHARED_VALIDATE and DROPPABLE is given";
    }
    long page = ProcessCalls.getpagesize();
    if (offset % page != 0) {
      return "the offset is not a multiple of the page size, " + page;
    }
    if (address % page != 0) {
      return MISALIGNED;
    }
    if (flags.contains(MapFlag.HUGETLB)) {
      return "the kernel has no huge pages of this size, or the length is no multiple of it";
    }
    return null;
  }

  private static String outOfMemory(long length, Protection prot, Set<MapFlag> flags, int fd) {
    if (flags.contains(MapFlag.HUGETLB)) {
      for (MapFlag flag : flags) {
        if (flag.isHugeSize()) {
          return Limits.outOfHugePages(flag.hugePageBytes());
        }
      }
      return Limits.outOfHugePages(0);
    }
    long hugePage = HugePages.ofFile(fd);
    if (hugePage > 0) {
      return Limits.outOfHugePages(hugePage);
    }
    boolean isPrivate = flags.contains(MapFlag.PRIVATE);
    boolean inMemory = prot.canWrite() && (isPrivate || flags.contains(MapFlag.ANONYMOUS));
    boolean isCharged = inMemory && !flags.contains(MapFlag.NORESERVE);
    return Limits.reached(length, inMemory && isPrivate ? length : 0, isCharged ? length : 0, null);
  }

  private static String forbiddenMap(Protection prot, Set<MapFlag> flags, int fd) {
    if (flags.contains(MapFlag.LOCKED) && Limits.isLockingForbidden()) {
      return Limits.LOCKING_FORBIDDEN;
    }
    if (fd == -1) {
      return "what is mapped there is sealed (mseal), or below vm.mmap_min_addr";
    }
    return prot.canExecute()
        ? "the file system is mounted noexec, or the file is sealed against writing"
        : "the file is sealed against writing";
  }

  static @Nullable String munmap(Errno errno) {
    return switch (errno) {
      case EINVAL -> EMPTY_OR_MISALIGNED;
      case ENOMEM -> Limits.areas();
      case EPERM -> SEALED;
      default -> null;
    };
  }

  static @Nullable String mprotect(Errno errno, Protection prot, long length) {
    return switch (errno) {
      case EACCES -> "the file is open for reading only";
      case EINVAL -> MISALIGNED;
      case ENOMEM -> {
        long writable = prot.canWrite() ? length : 0;
        yield Limits.reached(0, writable, writable, UNMAPPED);
      }
      case EPERM -> SEALED;
      default -> null;
    };
  }

  static @Nullable String madvise(Errno errno, Advice advice) {
    return switch (errno) {
      case EACCES -> advice + " wants a shared mapping of a file that is open for writing";
      case EAGAIN -> {
        String areas = Limits.areas(); // the kernel's word for ENOMEM here
        yield areas != null ? areas : "the kernel lacks a resource for now: try again";
      }
      case EBADF -> "there is no file behind the memory";
      case EBUSY -> "pages are in use: try again";
      case EFAULT -> "a page is past the end of the file, or the disk is full";
      case EHWPOISON -> "the memory itself is damaged";
      case EINVAL ->
          "the address is not aligned, or the kernel does not know "
              + advice
              + ", or it does not apply to such memory";
      case ENOMEM -> Limits.reached(0, 0, 0, UNMAPPED);
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
        yield limit != null
            ? limit
            : Limits.reached(0, 0, 0, UNMAPPED + ", or past the end of the file");
      }
      case EPERM -> Limits.LOCKING_FORBIDDEN;
      default -> null;
    };
  }

  static @Nullable String mlockall(Errno errno) {
    return switch (errno) {
      case EAGAIN -> "some of the memory could not be locked";
      case EINVAL -> "neither CURRENT nor FUTURE is given";
      case ENOMEM -> Limits.lockedAll();
      case EPERM -> Limits.LOCKING_FORBIDDEN;
      default -> null;
    };
  }

  static @Nullable String mremap(Errno errno, Set<RemapFlag> flags, long more) {
    return switch (errno) {
      case EAGAIN -> Limits.locked(more);
      case EFAULT -> UNMAPPED + ", or it spans several areas";
      case EINVAL ->
          "an address is not aligned, the new length is 0 or too large, or the flags do not go"
              + " together";
      case ENOMEM -> {
        String noRoom = "no room to grow in place, and MAYMOVE is not given";
        yield Limits.reached(more, more, more, flags.contains(RemapFlag.MAYMOVE) ? null : noRoom);
      }
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
      case EAGAIN -> "the kernel lacks a resource for now: try again";
      case EFAULT -> "vec is not memory that can be written";
      case EINVAL -> "the address is not aligned";
      case ENOMEM -> UNMAPPED;
      default -> null;
    };
  }

  static @Nullable String mseal(Errno errno) {
    return switch (errno) {
      case EINVAL -> "the address is not aligned";
      case ENOMEM -> Limits.reached(0, 0, 0, UNMAPPED);
      case ENOSYS -> "the kernel is older than Linux 6.10";
      default -> null;
    };
  }
}
