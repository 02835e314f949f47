package io.mman.internal.file;

import io.mman.Errno;
import io.mman.MmanException;
import io.mman.internal.error.Failure;
import io.mman.internal.error.FileErrors;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.platform.Platform;

/**
 * Sets the length of files, and allocates their blocks. It uses no lambda, because the first lambda
 * of a JVM takes milliseconds.
 */
public final class FileLength {
  private FileLength() {}

  /**
   * Loads what is needed to set a length, before a file is opened and may take the last descriptor.
   */
  public static void prepare() {
    MappedExtents.of(new FileStatus()).release();
  }

  /**
   * Sets the length of a file.
   *
   * @throws IllegalStateException if live regions of this process would lose pages
   */
  public static void resize(OpenFile file, long newSize) {
    OpenFile.requireNotNegative("size", newSize);
    int fd = file.acquire();
    try {
      resize(file, fd, file.identity(fd), newSize);
    } finally {
      file.release();
    }
  }

  /** Truncates a regular file to the length 0, and leaves any other file as it is. */
  static void discardContents(OpenFile file) {
    int fd = file.acquire();
    try {
      FileStatus status = file.identity(fd);
      if (status.isRegular()) {
        resize(file, fd, status, 0);
      }
    } finally {
      file.release();
    }
  }

  private static void resize(OpenFile file, int fd, FileStatus status, long newSize) {
    if (!status.isRegular()) {
      check(file, newSize, FileCalls.ftruncate(fd, newSize));
      return;
    }
    MappedExtents extents = file.extents(status);
    try {
      check(file, newSize, extents.truncate(fd, newSize));
    } finally {
      extents.release();
    }
  }

  private static void check(OpenFile file, long newSize, long result) {
    if (result > 0) {
      throw new IllegalStateException(
          "cannot truncate \""
              + file.path()
              + "\" to "
              + newSize
              + " bytes: live regions cover "
              + result);
    }
    if (result < 0) {
      Failure failure = file.failure("ftruncate", (int) result).arg("length", newSize);
      throw failure.because(FileErrors.resize(failure.error())).exception();
    }
  }

  /** Allocates the blocks of a range, and extends a shorter file to the end of the range. */
  public static void allocate(OpenFile file, long offset, long bytes) {
    OpenFile.requireRange(offset, bytes);
    int fd = file.acquire();
    try {
      int result = FileCalls.posixFallocate(fd, offset, bytes);
      if (result < 0) {
        throw failure(file, "posix_fallocate", result, "", offset, bytes);
      }
    } finally {
      file.release();
    }
  }

  /**
   * Extends a file to a size, if it is shorter. The last byte is allocated with posix_fallocate(3):
   * ftruncate(2) would shorten the file if another process extended it at the same time.
   */
  public static void extend(OpenFile file, long newSize) {
    try {
      allocate(file, newSize - 1, 1);
    } catch (UnsupportedOperationException noSuchFunction) {
      lengthen(file, newSize);
    } catch (MmanException e) {
      if (e.error() != Errno.EOPNOTSUPP && e.error() != Errno.EINVAL) {
        throw e;
      }
      lengthen(file, newSize); // the file system cannot allocate blocks in advance
    }
  }

  /**
   * Allocates what {@link #extend} would, without extending the file, so that this fails if that
   * would. On a file system that cannot allocate blocks in advance it does nothing. Linux only.
   */
  public static void rehearseExtension(OpenFile file, long newSize) {
    int fd = file.acquire();
    try {
      int result = FileCalls.allocateKeepingSize(fd, newSize - 1, 1);
      if (result < 0 && result != -Errno.EOPNOTSUPP.number()) {
        throw failure(file, "fallocate", result, "FALLOC_FL_KEEP_SIZE", newSize - 1, 1);
      }
    } finally {
      file.release();
    }
  }

  private static void lengthen(OpenFile file, long newSize) {
    int fd = file.acquire();
    try {
      MappedExtents extents = file.extents(file.identity(fd));
      try {
        check(file, newSize, extents.lengthen(fd, newSize));
      } finally {
        extents.release();
      }
    } finally {
      file.release();
    }
  }

  /**
   * Allocates the blocks of a range, and then extends the file to the end of the range. If the disk
   * is full, the length is therefore as before; posix_fallocate(3) alone may extend the file and
   * then fail.
   */
  public static void extendAllocated(OpenFile file, long offset, long bytes) {
    if (bytes == 0) {
      return;
    }
    if (!Platform.current().isLinux()) {
      allocate(file, offset, bytes);
      return;
    }
    int fd = file.acquire();
    try {
      int result = FileCalls.allocateKeepingSize(fd, offset, bytes);
      if (result < 0) {
        throw failure(file, "fallocate", result, "FALLOC_FL_KEEP_SIZE", offset, bytes);
      }
    } finally {
      file.release();
    }
    allocate(file, offset + bytes - 1, 1);
  }

  private static MmanException failure(
      OpenFile file, String call, int result, String flag, long offset, long bytes) {
    Failure failure = file.failure(call, result);
    if (!flag.isEmpty()) {
      failure.arg(flag);
    }
    failure.arg("offset", offset).arg("len", bytes);
    return failure.because(FileErrors.allocate(failure.error())).exception();
  }
}
