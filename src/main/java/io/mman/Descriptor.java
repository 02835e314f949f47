package io.mman;

import io.mman.libc.FileCalls;
import io.mman.platform.LockType;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A descriptor that is used under a read lock and closed once under the write lock, so that its
 * number is never used after it is given back: by then it may be another file's.
 */
final class Descriptor {
  private final int fd;
  private final Path path;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile boolean open = true;
  private volatile boolean mayHoldLock;

  /** Guards what follows. */
  private final Object offset = new Object();

  /** Whether no one but this library knows the number. */
  private boolean secret = true;

  private boolean moved;

  Descriptor(int fd, Path path) {
    this.fd = fd;
    this.path = path;
  }

  /**
   * Returns the number, which stays open until {@link #release}.
   *
   * @throws IllegalStateException if the descriptor is closed; there is nothing to release then
   */
  int acquire() {
    lock.readLock().lock();
    if (!open) {
      lock.readLock().unlock();
      throw closed();
    }
    return fd;
  }

  void release() {
    lock.readLock().unlock();
  }

  /** Tells the number to someone who may do anything with it; the offset is where open left it. */
  int reveal() {
    acquire();
    try {
      synchronized (offset) {
        secret = false;
        if (moved) {
          moved = FileCalls.seek(fd, 0, FileCalls.SEEK_SET) < 0;
        }
      }
      return fd;
    } finally {
      release();
    }
  }

  /**
   * Returns how long the file is, for a caller who has acquired the descriptor, or a negative
   * number. lseek(2) answers in less than half the time of fstat(2), but it moves the offset: it is
   * for a descriptor that no one else can read with.
   */
  long seekEnd() {
    synchronized (offset) {
      if (!secret) {
        return -1;
      }
      moved = true;
      return FileCalls.seek(fd, 0, FileCalls.SEEK_END);
    }
  }

  boolean isOpen() {
    return open;
  }

  /** Has {@link #close} give back the lock of the file that is about to be asked for. */
  void willLock() {
    mayHoldLock = true;
  }

  /**
   * Closes the descriptor after all that use it; a second time does nothing. Returns close's
   * result.
   */
  int close() {
    lock.writeLock().lock();
    try {
      if (!open) {
        return 0;
      }
      open = false;
      if (mayHoldLock) {
        // A mapping keeps the open file description alive, and with it the lock.
        FileCalls.setLock(fd, LockType.UNLCK);
      }
      return FileCalls.close(fd);
    } finally {
      lock.writeLock().unlock();
    }
  }

  private IllegalStateException closed() {
    return new IllegalStateException("the file is closed: " + path);
  }
}
