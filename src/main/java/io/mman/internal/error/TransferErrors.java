package io.mman.internal.error;

import io.mman.Errno;
import io.mman.WriteFlag;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.KernelCalls;
import io.mman.internal.platform.Fcntl;
import io.mman.internal.platform.Kernel;
import io.mman.internal.platform.OpenFlags;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Explains the errors of reads and writes at a position of a file. They are not among the other
 * errors of files, because few programs read or write in this way. A method returns null if nothing
 * is known about an error.
 */
public final class TransferErrors {
  private TransferErrors() {}

  /** Loads the classes, which may no longer be possible when no descriptor is free. */
  public static void prepare() {
    read(Errno.EBADF, -1);
  }

  public static @Nullable String read(Errno errno, int fd) {
    return switch (errno) {
      case EBADF -> "the file is not open for reading";
      case EISDIR -> "a directory cannot be read";
      case EINVAL -> direct(fd);
      default -> common(errno, true);
    };
  }

  public static @Nullable String write(Errno errno, int fd, WriteFlag... flags) {
    boolean isAtomic = Arrays.asList(flags).contains(WriteFlag.ATOMIC);
    return switch (errno) {
      case EBADF -> "the file is not open for writing: open it with WRITE";
      case EFBIG -> "the file would be larger than the file system or RLIMIT_FSIZE allows";
      case ENOSPC -> "the disk is full, or this is past the end of the device";
      case EDQUOT -> "the quota of the user on this disk is used up";
      case EPERM -> "the file is immutable or append-only, or a seal on the file forbids this";
      case EINVAL -> isAtomic ? atomic(fd) : direct(fd);
      case EOPNOTSUPP -> isAtomic ? atomic(fd) : common(errno, false);
      default -> common(errno, false);
    };
  }

  private static @Nullable String common(Errno errno, boolean isRead) {
    return switch (errno) {
      case EFAULT -> MemoryErrors.copyOther(errno, isRead);
      case ESPIPE -> "the file has no positions, because it is a pipe, a socket or a terminal";
      case EOPNOTSUPP ->
          "the kernel, the file system or the medium does not support one of the flags for this"
              + " file";
      default -> null;
    };
  }

  /** Explains EINVAL, whose only known reason is the alignment of a direct transfer. */
  private static @Nullable String direct(int fd) {
    if (!isDirect(fd)) {
      return null;
    }
    int[] limits = limits(fd);
    return limits[0] == 0 || limits[1] == 0
        ? "the file is open with DIRECT, which demands an alignment that the kernel does not report"
        : "the file is open with DIRECT, so the address must be a multiple of "
            + limits[0]
            + ", and the position and the number of bytes multiples of "
            + limits[1];
  }

  private static String atomic(int fd) {
    if (!isDirect(fd)) {
      return "ATOMIC requires a file that is open with DIRECT";
    }
    int[] limits = limits(fd);
    return limits[3] == 0
        ? "the file system or the medium does not support ATOMIC"
        : "ATOMIC requires a power of two from "
            + limits[2]
            + " to "
            + limits[3]
            + " bytes, and a position that is a multiple of it";
  }

  private static boolean isDirect(int fd) {
    int flags = FileCalls.fcntl(fd, Fcntl.GETFL.number(), 0);
    return flags >= 0 && OpenFlags.O_DIRECT.isHere() && (flags & OpenFlags.O_DIRECT.bits()) != 0;
  }

  /** Returns the limits as {@link KernelCalls#directLimits} does, zeros if that fails. */
  private static int[] limits(int fd) {
    int[] limits = new int[4];
    if (Kernel.STATX.isHere()) {
      KernelCalls.directLimits(fd, limits);
    }
    return limits;
  }
}
