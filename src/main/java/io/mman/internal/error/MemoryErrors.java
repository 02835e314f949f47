package io.mman.internal.error;

import io.mman.Advice;
import io.mman.Errno;
import io.mman.MapFlag;
import io.mman.Protection;
import io.mman.RemapFlag;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.platform.Fcntl;
import io.mman.internal.platform.OpenFlags;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Explains the errors of calls on memory: the ERRORS sections of the man pages, with the limit that
 * was reached or the argument that was wrong. A method returns null if nothing is known about an
 * error.
 */
public final class MemoryErrors {
  private static final String BUSY = "the kernel is temporarily out of a resource: try again";
  private static final String EMPTY_OR_MISALIGNED =
      "the address is not a multiple of the page size, or the length is 0";
  static final String MISALIGNED = "the address is not a multiple of the page size";
  private static final String SEALED = "the range is sealed (mseal)";
  private static final String UNMAPPED = "part of the range is not mapped";

  private static final Set<MapFlag> SHARING =
      EnumSet.of(MapFlag.SHARED, MapFlag.PRIVATE, MapFlag.SHARED_VALIDATE, MapFlag.DROPPABLE);

  private MemoryErrors() {}

  public static @Nullable String mmap(
      Errno errno,
      long address,
      long length,
      Protection prot,
      Set<MapFlag> flags,
      int fd,
      long at) {
    return switch (errno) {
      case EACCES -> refusedFile(prot, fd);
      case EAGAIN -> ResourceLimits.locked(length);
      case EBADF ->
          fd == -1 && !flags.contains(MapFlag.ANONYMOUS)
              ? "without ANONYMOUS a descriptor is required"
              : "the descriptor is not open";
      case EEXIST -> "something is already mapped at this address";
      case EINVAL -> invalidMap(address, length, flags, at);
      case ENODEV -> "the file, or its file system, does not support mapping";
      case ENOMEM -> outOfMemory(length, prot, flags, fd);
      case EOPNOTSUPP -> "a flag is unknown to the kernel, or the file does not support it";
      case EOVERFLOW -> "offset plus length is larger than any file can be";
      case EPERM -> forbiddenMap(prot, flags, fd);
      default -> null;
    };
  }

  private static @Nullable String refusedFile(Protection prot, int fd) {
    int flags;
    try {
      flags = FileCalls.fcntl(fd, Fcntl.GETFL.number(), 0);
    } catch (LinkageError e) {
      return null; // no descriptor is free to load a class: the error itself must not get lost
    }
    if (flags < 0) {
      return null;
    }
    if (OpenFlags.O_RDONLY.isAccessModeOf(flags)) {
      return prot.canWrite() ? "the file is open for reading only" : "the file cannot be mapped";
    }
    return OpenFlags.O_WRONLY.isAccessModeOf(flags) ? "the file is open for writing only" : null;
  }

  private static @Nullable String invalidMap(
      long address, long length, Set<MapFlag> flags, long offset) {
    if (length == 0) {
      return "the length is 0";
    }
    if (Collections.disjoint(flags, SHARING)) {
      return "none of SHARED, PRIVATE, SHARED_VALIDATE and DROPPABLE is given";
    }
    long page = ProcessCalls.pageSize();
    if (offset % page != 0) {
      return "the offset is not a multiple of the page size, " + page;
    }
    if (address % page != 0) {
      return MISALIGNED;
    }
    if (flags.contains(MapFlag.HUGETLB)) {
      return "the kernel has no huge pages of this size, or the length is not a multiple of it";
    }
    return null;
  }

  private static String outOfMemory(long length, Protection prot, Set<MapFlag> flags, int fd) {
    long explicit = HugePages.explicitBytes(flags);
    long hugePage = explicit > 0 ? explicit : HugePages.ofFile(fd);
    if (hugePage > 0) {
      return ResourceLimits.outOfHugePages(hugePage);
    }
    boolean isPrivate = flags.contains(MapFlag.PRIVATE);
    boolean inMemory = prot.canWrite() && (isPrivate || flags.contains(MapFlag.ANONYMOUS));
    boolean isCharged = inMemory && !flags.contains(MapFlag.NORESERVE);
    return ResourceLimits.reached(
        length, inMemory && isPrivate ? length : 0, isCharged ? length : 0, null);
  }

  private static String forbiddenMap(Protection prot, Set<MapFlag> flags, int fd) {
    if (flags.contains(MapFlag.LOCKED) && ResourceLimits.isLockingForbidden()) {
      return ResourceLimits.lockingForbidden();
    }
    if (fd == -1) {
      return "the address is in a sealed range (mseal), or below vm.mmap_min_addr";
    }
    String seal = prot.canWrite() ? SealErrors.sealAgainstWriting(fd) : null;
    if (seal != null) {
      return seal;
    }
    return prot.canExecute()
        ? "the file system is mounted noexec, or the file is sealed against writing"
        : "the file is sealed against writing";
  }

  public static @Nullable String munmap(Errno errno) {
    return switch (errno) {
      case EINVAL -> EMPTY_OR_MISALIGNED;
      case ENOMEM -> ResourceLimits.areas();
      case EPERM -> SEALED;
      default -> null;
    };
  }

  public static @Nullable String mprotect(Errno errno, Protection prot, MemorySegment range) {
    return switch (errno) {
      case EACCES -> SealErrors.mprotect(prot, range);
      case EINVAL -> MISALIGNED;
      case ENOMEM -> {
        long writable = prot.canWrite() ? range.byteSize() : 0;
        yield ResourceLimits.reached(0, writable, writable, UNMAPPED);
      }
      case EPERM -> SEALED;
      default -> null;
    };
  }

  public static @Nullable String madvise(Errno errno, Advice advice, MemorySegment range) {
    return switch (errno) {
      case EACCES -> advice + " requires a shared mapping of a file that is open for writing";
      case EAGAIN -> {
        String areas = ResourceLimits.areas(); // madvise(2) returns EAGAIN for ENOMEM
        yield areas != null ? areas : BUSY;
      }
      case EBADF -> "the memory is not mapped from a file";
      case EBUSY -> "pages are in use: try again";
      case EFAULT -> "a page is past the end of the file, or the disk is full";
      case EHWPOISON -> "the memory itself is damaged";
      case EINVAL -> AdviceErrors.invalid(advice, range);
      case ENOMEM -> ResourceLimits.reached(0, 0, 0, UNMAPPED);
      case EPERM -> advice == Advice.REMOVE ? "a seal on the file forbids this" : SEALED;
      default -> null;
    };
  }

  public static @Nullable String msync(Errno errno) {
    return switch (errno) {
      case EBUSY -> "INVALIDATE is given, but the range is locked";
      case EINVAL -> "the address is not aligned, or SYNC and ASYNC are both given";
      case EIO -> "changes may not have reached the file";
      case ENOMEM -> UNMAPPED;
      default -> null;
    };
  }

  public static @Nullable String mlock(Errno errno, long length) {
    return switch (errno) {
      case EAGAIN -> "some of the range could not be locked";
      case ENOMEM -> {
        String limit = ResourceLimits.areas(); // first, because then the JVM can load few classes
        if (limit == null) {
          limit = ResourceLimits.locked(length);
        }
        yield limit != null ? limit : UNMAPPED + ", past the end of the file, or inaccessible";
      }
      case EPERM -> ResourceLimits.lockingForbidden();
      default -> null;
    };
  }

  public static @Nullable String mlockall(Errno errno) {
    return switch (errno) {
      case EAGAIN -> "some of the memory could not be locked";
      case EINVAL -> "neither CURRENT nor FUTURE is given";
      case ENOMEM -> ResourceLimits.lockedAll();
      case EPERM -> ResourceLimits.lockingForbidden();
      default -> null;
    };
  }

  public static @Nullable String mremap(Errno errno, Set<RemapFlag> flags, long more) {
    return switch (errno) {
      case EAGAIN -> ResourceLimits.locked(more);
      case EFAULT -> UNMAPPED + ", or the range spans several areas";
      case EINVAL ->
          "an address is not aligned, the new length is 0 or too large, or the flags contradict"
              + " each other";
      case ENOMEM -> {
        String noRoom = "there is no room to grow in place, and MAYMOVE is not given";
        yield ResourceLimits.reached(
            more, more, more, flags.contains(RemapFlag.MAYMOVE) ? null : noRoom);
      }
      case EPERM -> SEALED;
      default -> null;
    };
  }

  /** Explains why the bytes of a region could not be copied. */
  public static @Nullable String copy(Errno errno) {
    return errno == Errno.EFAULT
        ? "a page is past the end of the file, cannot be allocated, or its protection forbids the"
            + " access"
        : null;
  }

  /** Explains why the memory outside of a region could not be copied to, or else copied from. */
  public static @Nullable String copyOther(Errno errno, boolean isTarget) {
    return errno == Errno.EFAULT
        ? "a page of the "
            + (isTarget ? "target" : "source")
            + " is missing, cannot be allocated, or its protection forbids the access"
        : null;
  }

  public static @Nullable String mincore(Errno errno) {
    return switch (errno) {
      case EAGAIN -> BUSY;
      case EFAULT -> "vec is not writable memory";
      case EINVAL -> "the address is not aligned";
      case ENOMEM -> UNMAPPED;
      default -> null;
    };
  }

  public static @Nullable String mseal(Errno errno) {
    return switch (errno) {
      case EINVAL -> "the address is not aligned";
      case ENOMEM -> ResourceLimits.reached(0, 0, 0, UNMAPPED);
      case ENOSYS -> "the kernel is older than Linux 6.10";
      default -> null;
    };
  }
}
