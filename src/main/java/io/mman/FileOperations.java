package io.mman;

import io.mman.libc.FileCalls;
import io.mman.libc.FileStatus;
import io.mman.libc.KernelCalls;
import io.mman.platform.Fcntl;
import io.mman.platform.LockType;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The calls on an open file with explained failures: what {@link NativeFile} is built from. */
final class FileOperations {
  private static final int EINTR = 4;

  private final Descriptor descriptor;
  private final Path path;

  /** What fstat(2) said of a regular file when it was first asked. */
  private volatile @Nullable FileStatus known;

  FileOperations(Descriptor descriptor, Path path) {
    this.descriptor = descriptor;
    this.path = path;
  }

  /** Written without {@link #call}, because the first lambda of a JVM costs milliseconds. */
  FileStatus fstat() {
    int fd = descriptor.acquire();
    try {
      return fstat(fd);
    } finally {
      descriptor.release();
    }
  }

  /**
   * The same for a caller who holds the descriptor. What a file is stays; only its length moves.
   */
  FileStatus status(int fd) {
    FileStatus first = known;
    long end = first == null ? -1 : descriptor.seekEnd();
    if (first != null && end >= 0) {
      return first.withSize(end);
    }
    FileStatus status = fstat(fd);
    if (status.isRegular()) {
      known = status;
    }
    return status;
  }

  private FileStatus fstat(int fd) {
    FileStatus status = new FileStatus();
    int result;
    do {
      result = FileCalls.fstat(fd, status);
    } while (result == -EINTR);
    check("fstat", result);
    return status;
  }

  /** Sets the length, unless live regions would lose pages. */
  void truncate(long length, Extents extents) {
    requireNotNegative("size", length);
    long covered = extents.covered(length);
    if (length < covered) {
      throw new IllegalStateException(
          "cannot cut \"" + path + "\" to " + length + ": live regions cover " + covered);
    }
    int result = call(fd -> FileCalls.ftruncate(fd, length));
    if (result < 0) {
      Failure failure = failure("ftruncate", result).arg("length", length);
      throw failure.because(FileCauses.resize(failure.error())).exception();
    }
  }

  void allocate(long offset, long length) {
    requireRange(offset, length);
    int result = call(fd -> FileCalls.posixFallocate(fd, offset, length));
    if (result < 0) {
      Failure failure = failure("posix_fallocate", result).arg("offset", offset).arg("len", length);
      throw failure.because(FileCauses.allocate(failure.error())).exception();
    }
  }

  void fsync() {
    if (!Fcntl.FULLFSYNC.isHere()) {
      check("fsync", call(FileCalls::fsync));
      return;
    }
    int result = call(fd -> FileCalls.fcntl(fd, Fcntl.FULLFSYNC.number(), 0));
    if (result < 0) {
      switch (Errno.of(-result)) {
        // Some file systems, mostly of networks, have no such command: what they have is fsync.
        case ENOTSUP, EINVAL, ENOTTY -> check("fsync", call(FileCalls::fsync));
        default -> throw failure("fcntl", result).arg("F_FULLFSYNC").exception();
      }
    }
  }

  void fdatasync() {
    if (Fcntl.FULLFSYNC.isHere()) {
      fsync();
    } else {
      check("fdatasync", call(FileCalls::fdatasync));
    }
  }

  void advise(FileAdvice advice, long offset, long length) {
    requireRange(offset, length);
    int number = advice.number();
    int result = call(fd -> FileCalls.posixFadvise(fd, offset, length, number));
    if (result < 0) {
      Failure failure = failure("posix_fadvise", result).arg("offset", offset).arg("len", length);
      throw failure.arg(advice).exception();
    }
  }

  long blockDeviceSize() {
    long[] bytes = new long[1];
    int result = call(fd -> KernelCalls.blockDeviceSize(fd, bytes));
    if (result < 0) {
      throw failure("ioctl", result).arg("BLKGETSIZE64").exception();
    }
    return bytes[0];
  }

  CacheStat cacheStat(long offset, long length) {
    requireRange(offset, length);
    long[] figures = new long[5];
    int result = call(fd -> KernelCalls.cachestat(fd, offset, length, figures));
    if (result < 0) {
      Failure failure = failure("cachestat", result).arg("offset", offset).arg("len", length);
      throw failure.because(FileCauses.cacheStat(failure.error())).exception();
    }
    return new CacheStat(figures[0], figures[1], figures[2], figures[3], figures[4]);
  }

  void addSeals(FileSeal... seals) {
    int bits = FileSeal.bits(seals);
    int result = call(fd -> FileCalls.fcntl(fd, Fcntl.ADD_SEALS.number(), bits));
    if (result < 0) {
      Failure failure = failure("fcntl", result).arg("F_ADD_SEALS").flags(seals);
      throw failure.because(FileCauses.addSeals(failure.error())).exception();
    }
  }

  Set<FileSeal> getSeals() {
    int result = call(fd -> FileCalls.fcntl(fd, Fcntl.GET_SEALS.number(), 0));
    if (result < 0) {
      Failure failure = failure("fcntl", result).arg("F_GET_SEALS");
      throw failure.because(FileCauses.getSeals(failure.error())).exception();
    }
    return FileSeal.of(result);
  }

  /** Returns 0 or the negative errno: whether the lock can be had is the caller's matter. */
  int setLock(LockType type) {
    descriptor.willLock();
    return call(fd -> FileCalls.setLock(fd, type));
  }

  void close() {
    int result = descriptor.close();
    if (result != -EINTR) { // the number is given back all the same, so it is no failure
      check("close", result);
    }
  }

  /** Starts the words for a failed call on this file. */
  Failure failure(String call, int result) {
    return Failure.of(call, result).file(path);
  }

  private int call(IntUnaryOperator function) {
    int fd = descriptor.acquire();
    try {
      int result;
      do {
        result = function.applyAsInt(fd);
      } while (result == -EINTR);
      return result;
    } finally {
      descriptor.release();
    }
  }

  private void check(String call, int result) {
    if (result < 0) {
      throw failure(call, result).exception();
    }
  }

  private static void requireRange(long offset, long length) {
    requireNotNegative("offset", offset);
    requireNotNegative("length", length);
  }

  private static void requireNotNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " is negative: " + value);
    }
  }
}
