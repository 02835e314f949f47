package io.mman.internal.file;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.error.FileErrors;
import io.mman.internal.platform.LockType;
import java.util.concurrent.locks.LockSupport;

/**
 * Locks whole files. A lock belongs to an open file description: closing another descriptor of the
 * file does not release it, and it excludes other descriptions even in the same process.
 */
public final class FileLock {
  private static final long FIRST_PAUSE_NANOS = 20_000;
  private static final long LONGEST_PAUSE_NANOS = 10_000_000;

  private FileLock() {}

  /**
   * Waits for the lock by requesting it repeatedly. A wait in the kernel would keep the descriptor
   * in use, and {@link OpenFile#close} would have to wait until another process releases the lock.
   */
  public static void lock(OpenFile file, boolean shared) {
    boolean interrupted = false;
    try {
      long pause = FIRST_PAUSE_NANOS;
      while (!tryLock(file, shared)) {
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
    LockType type = shared ? LockType.RDLCK : LockType.WRLCK;
    int result = file.setLock(type);
    if (result == 0) {
      return true;
    }
    Errno error = Errno.of(-result);
    if (error == Errno.EAGAIN || error == Errno.EACCES) {
      return false; // POSIX allows either error if the lock is held elsewhere
    }
    throw failure(file, result, type).exception();
  }

  public static void unlock(OpenFile file) {
    int result = file.setLock(LockType.UNLCK);
    if (result < 0) {
      throw failure(file, result, LockType.UNLCK).exception();
    }
  }

  private static Failure failure(OpenFile file, int result, LockType type) {
    Failure failure = file.failure("fcntl", result).arg("F_OFD_SETLK").arg("F_" + type);
    return failure.because(FileErrors.lock(failure.error()));
  }
}
