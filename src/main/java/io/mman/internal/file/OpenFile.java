package io.mman.internal.file;

import io.mman.CacheStat;
import io.mman.Errno;
import io.mman.FileAdvice;
import io.mman.internal.error.Failure;
import io.mman.internal.error.FileErrors;
import io.mman.internal.file.MappedExtents.Extent;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.libc.KernelCalls;
import io.mman.internal.platform.Fcntl;
import io.mman.internal.platform.LockType;
import io.mman.internal.platform.Platform;
import java.nio.file.Path;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An open file: its descriptor, and the system calls on it, whose exceptions explain the failure.
 * The public class is {@link io.mman.NativeFile}.
 */
public final class OpenFile {
  /** Stands for the descriptor of a closed file. */
  public static final int CLOSED = Descriptor.CLOSED;

  /** In place of the type of a file system. */
  private static final int NOT_QUERIED = -1;

  private final Descriptor descriptor;
  private final Path path;

  /** The first result of fstat(2), if the file is a regular file. */
  private volatile @Nullable FileStatus known;

  private int fileSystem = NOT_QUERIED;

  /** What regions map of the file, retained while it is open. Null before the first mapping. */
  private @Nullable MappedExtents mapped;

  /** Creates a file for a descriptor that no code outside the library knows. */
  OpenFile(int fd, Path path) {
    this(new Descriptor(fd, path, false), path);
  }

  OpenFile(Descriptor descriptor, Path path) {
    this.descriptor = descriptor;
    this.path = path;
  }

  public Path path() {
    return path;
  }

  public boolean isOpen() {
    return descriptor.isOpen();
  }

  /**
   * Adds what a region is going to map of a regular file.
   *
   * @param end the first byte of the file after the region
   */
  public Extent cover(FileStatus status, long end) {
    return extents(status).add(end);
  }

  /** Returns what live regions map of a regular file. The caller must release it. */
  synchronized MappedExtents extents(FileStatus status) {
    MappedExtents extents = mapped;
    if (extents == null) {
      // Shared memory on macOS has no inode number.
      extents = status.inode() == 0 ? new MappedExtents(status) : MappedExtents.of(status);
      mapped = extents;
    }
    return extents.retain();
  }

  /** Forgets what regions map, because the inode number may belong to another file from now on. */
  private synchronized void releaseExtents() {
    if (mapped != null && mapped.isShared()) {
      mapped.release();
    }
    mapped = null;
  }

  /**
   * Returns the descriptor, which stays open until {@link #release}.
   *
   * @throws IllegalStateException if the file is closed; {@link #release} must not be called then
   */
  public int acquire() {
    return descriptor.acquire();
  }

  /** Returns the descriptor as {@link #acquire} does, or {@link #CLOSED}. */
  public int acquireIfOpen() {
    return descriptor.acquireIfOpen();
  }

  public void release() {
    descriptor.release();
  }

  /** Keeps the descriptor open, even after {@link #close}. The caller has acquired it. */
  public void hold() {
    descriptor.hold();
  }

  /** Ends one {@link #hold}. */
  public void endHold() {
    descriptor.endHold();
  }

  /** Returns the number of the descriptor, which may be closed at any time. */
  public int fd() {
    return descriptor.reveal();
  }

  public long size() {
    // Does not use call(...), because the first lambda of a JVM takes milliseconds.
    int fd = descriptor.acquire();
    try {
      return fstat(fd).size();
    } finally {
      descriptor.release();
    }
  }

  /**
   * Returns the status of the file, for a caller that has acquired the descriptor. Once the status
   * of a regular file is known, only its length is determined again.
   */
  public FileStatus status(int fd) {
    FileStatus first = known;
    long length = first == null ? -1 : descriptor.seekEnd();
    if (first != null && length >= 0) {
      return first.withSize(length);
    }
    FileStatus status = fstat(fd);
    if (status.isRegular()) {
      known = status;
    }
    return status;
  }

  /** Returns a status that identifies the file. Its length may have changed since. */
  FileStatus identity(int fd) {
    FileStatus first = known;
    return first != null ? first : status(fd);
  }

  /** Returns the first status of the file instead of a later one, from which it differs in size. */
  public FileStatus identity(FileStatus status) {
    FileStatus first = known;
    return first != null ? first : status;
  }

  /** Returns the type of the file system, as statfs(2) lists them, or 0 if it is not known. */
  public int fileSystem(int fd) {
    int type = fileSystem;
    if (type == NOT_QUERIED) {
      type = Platform.current().isLinux() ? FileCalls.fileSystem(fd) : 0;
      fileSystem = type;
    }
    return type;
  }

  private FileStatus fstat(int fd) {
    FileStatus status = new FileStatus();
    check("fstat", FileCalls.fstat(fd, status));
    return status;
  }

  /** Returns the size of a block device in bytes, which fstat(2) does not report. */
  public long blockDeviceSize() {
    long[] bytes = new long[1];
    int result = call(fd -> KernelCalls.blockDeviceSize(fd, bytes));
    if (result < 0) {
      throw failure("ioctl", result).arg("BLKGETSIZE64").exception();
    }
    return bytes[0];
  }

  public void sync() {
    if (!Fcntl.FULLFSYNC.isHere()) {
      check("fsync", call(FileCalls::fsync));
      return;
    }
    int result = call(FileCalls::fullFsync);
    if (result < 0) {
      switch (Errno.of(-result)) {
        // Some file systems, above all network file systems, support only fsync.
        case ENOTSUP, EINVAL, ENOTTY -> check("fsync", call(FileCalls::fsync));
        default -> throw failure("fcntl", result).arg("F_FULLFSYNC").exception();
      }
    }
  }

  public void syncData() {
    if (Fcntl.FULLFSYNC.isHere()) {
      sync();
    } else {
      check("fdatasync", call(FileCalls::fdatasync));
    }
  }

  public void advise(FileAdvice advice, long offset, long bytes) {
    requireRange(offset, bytes);
    int number = advice.number();
    int result = call(fd -> FileCalls.posixFadvise(fd, offset, bytes, number));
    if (result < 0) {
      Failure failure = failure("posix_fadvise", result).arg("offset", offset).arg("len", bytes);
      throw failure.arg(advice).exception();
    }
  }

  public CacheStat cacheStat(long offset, long bytes) {
    requireRange(offset, bytes);
    long[] pages = new long[5];
    int result = call(fd -> KernelCalls.cachestat(fd, offset, bytes, pages));
    if (result < 0) {
      Failure failure = failure("cachestat", result).arg("offset", offset).arg("len", bytes);
      throw failure.because(FileErrors.cacheStat(failure.error())).exception();
    }
    return new CacheStat(pages[0], pages[1], pages[2], pages[3], pages[4]);
  }

  /** Calls fcntl(2), and returns its result or the negative errno. */
  int fcntl(Fcntl command, int argument) {
    return call(fd -> FileCalls.fcntl(fd, command.number(), argument));
  }

  /**
   * Sets the lock of a range, and returns 0 or the negative errno: EAGAIN or EACCES if it is held
   * elsewhere.
   *
   * @param length the number of bytes; 0 for all that follow, whatever length the file has
   */
  int setLock(LockType type, long start, long length) {
    descriptor.willLock();
    return call(fd -> FileCalls.setLock(fd, type, start, length));
  }

  /** Returns 1 if another open file description has a lock in a range, 0, or the negative errno. */
  int hasLock(long start, long length) {
    return call(fd -> FileCalls.hasLock(fd, start, length));
  }

  public void close() {
    int result = descriptor.close();
    releaseExtents();
    if (result != -Errno.EINTR.number()) { // after which the descriptor is closed as well
      check("close", result);
    }
  }

  /** Closes the descriptor and ignores a failure, which does not matter if nothing was written. */
  public void closeQuietly() {
    descriptor.close();
    releaseExtents();
  }

  /** Starts the message for a failed call on this file. */
  Failure failure(String call, int result) {
    return Failure.of(call, result).file(path);
  }

  private int call(IntUnaryOperator function) {
    int fd = descriptor.acquire();
    try {
      return function.applyAsInt(fd);
    } finally {
      descriptor.release();
    }
  }

  private void check(String call, int result) {
    if (result < 0) {
      throw failure(call, result).exception();
    }
  }

  static void requireRange(long offset, long bytes) {
    requireNotNegative("offset", offset);
    requireNotNegative("length", bytes);
  }

  static void requireNotNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " is negative: " + value);
    }
  }

  @Override
  public String toString() {
    return "NativeFile[\"" + path + "\", " + (isOpen() ? "open" : "closed") + "]";
  }
}
