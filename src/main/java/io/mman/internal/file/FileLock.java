package io.mman.internal.file;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.error.FileErrors;
import io.mman.internal.platform.Fcntl;
import io.mman.internal.platform.LockType;
import java.util.concurrent.locks.LockSupport;

/**
 * Locks whole files, and ranges of bytes that need not be inside the file. A lock belongs to an
 * open file description: closing another descriptor of the file does not release it, and it
 * excludes other descriptions even in the same process.
 */
public final class FileLock {
  private static final long FIRST_PAUSE_NANOS = 20_000;
  private static final long LONGEST_PAUSE_NANOS = 10_000_000;

  /** The length that stands for all bytes from the start on. */
  private static final long WHOLE = 0;

  private FileLock() {}

  /**
   * Refuses a platform without such locks.
   *
   * @throws UnsupportedOperationException if the platform lacks them
   */
  public static void requireSupported() {
    Fcntl.OFD_SETLK.number();
    Fcntl.OFD_GETLK.number();
  }

  /** Waits for the lock of a whole file. */
  public static void lock(OpenFile file, boolean shared) {
    lock(file, shared ? LockType.RDLCK : LockType.WRLCK, 0, WHOLE);
  }

  /** Waits for the exclusive lock of a range. */
  public static void lock(OpenFile file, long start, long length) {
    lock(file, LockType.WRLCK, start, length);
  }

  /**
   * Waits for a lock by requesting it repeatedly. A wait in the kernel would keep the descriptor in
   * use, and {@link OpenFile#close} would have to wait until another process releases the lock.
   */
  private static void lock(OpenFile file, LockType type, long start, long length) {
    boolean interrupted = false;
    try {
      long pause = FIRST_PAUSE_NANOS;
      while (!tryLock(file, type, start, length)) {
        LockSupport.parkNanos(file, pause);
        interrupted |= Thread.interrupted(); // a pause ends at once if the status is set
        pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  public static boolean tryLock(OpenFile file, boolean shared) {
    return tryLock(file, shared ? LockType.RDLCK : LockType.WRLCK, 0, WHOLE);
  }

  /** Requests the exclusive lock of a range. */
  public static boolean tryLock(OpenFile file, long start, long length) {
    return tryLock(file, LockType.WRLCK, start, length);
  }

  private static boolean tryLock(OpenFile file, LockType type, long start, long length) {
    int result = file.setLock(type, start, length);
    if (result == 0) {
      return true;
    }
    Errno error = Errno.of(-result);
    if (error == Errno.EAGAIN || error == Errno.EACCES) {
      return false; // POSIX allows either error if the lock is held elsewhere
    }
    throw failure(file, result, Fcntl.OFD_SETLK, type, start, length);
  }

  public static void unlock(OpenFile file) {
    unlock(file, 0, WHOLE);
  }

  public static void unlock(OpenFile file, long start, long length) {
    int result = file.setLock(LockType.UNLCK, start, length);
    if (result < 0) {
      throw failure(file, result, Fcntl.OFD_SETLK, LockType.UNLCK, start, length);
    }
  }

  /** Returns whether another open file description, of any process, has a lock in a range. */
  public static boolean isLockedElsewhere(OpenFile file, long start, long length) {
    int result = file.hasLock(start, length);
    if (result < 0) {
      throw failure(file, result, Fcntl.OFD_GETLK, LockType.WRLCK, start, length);
    }
    return result > 0;
  }

  private static RuntimeException failure(
      OpenFile file, int result, Fcntl command, LockType type, long start, long length) {
    Failure failure = file.failure("fcntl", result).arg("F_" + command).arg("F_" + type);
    if (length != WHOLE) {
      failure.arg("l_start", start).arg("l_len", length);
    }
    return failure.because(FileErrors.lock(failure.error())).exception();
  }
}
