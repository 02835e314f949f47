package io.mman;

import io.mman.platform.LockType;
import java.util.concurrent.locks.LockSupport;

/**
 * The lock of a whole file that belongs to an open file description: closing another descriptor of
 * the file does not drop it, and a second description is excluded even in the same process.
 */
final class FileLocking {
  private static final long FIRST_PAUSE_NANOS = 20_000;
  private static final long LONGEST_PAUSE_NANOS = 10_000_000;

  private FileLocking() {}

  /**
   * Waits for the lock by asking for it again and again. A wait in the kernel could not be ended:
   * it would keep the descriptor in use, and so {@link NativeFile#close} waiting, for as long as
   * another process likes.
   */
  static void lock(FileOperations file, boolean shared) {
    boolean interrupted = false;
    try {
      long pause = FIRST_PAUSE_NANOS;
      while (!tryLock(file, shared)) {
        LockSupport.parkNanos(file, pause);
        interrupted |= Thread.interrupted(); // set, it would end every pause at once
        pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  static boolean tryLock(FileOperations file, boolean shared) {
    LockType type = shared ? LockType.RDLCK : LockType.WRLCK;
    int result = file.setLock(type);
    if (result == 0) {
      return true;
    }
    Errno error = Errno.of(-result);
    if (error == Errno.EAGAIN || error == Errno.EACCES) {
      return false; // POSIX allows both to say that another has it
    }
    throw failure(file, result, type).exception();
  }

  static void unlock(FileOperations file) {
    int result = file.setLock(LockType.UNLCK);
    if (result < 0) {
      throw failure(file, result, LockType.UNLCK).exception();
    }
  }

  private static Failure failure(FileOperations file, int result, LockType type) {
    Failure failure = file.failure("fcntl", result).arg("F_OFD_SETLK").arg("F_" + type);
    return failure.because(FileCauses.lock(failure.error()));
  }
}
