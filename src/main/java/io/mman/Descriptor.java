package io.mman;

import io.mman.libc.FileCalls;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A descriptor that is used under a read lock and closed once under the write lock, so that its
 * number is never used after it is given back: by then it may be another file's.
 */
final class Descriptor {
  private final int fd;
  private final String name;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile boolean open = true;

  Descriptor(int fd, String name) {
    this.fd = fd;
    this.name = name;
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

  /** Returns the number without holding it. */
  int number() {
    if (!open) {
      throw closed();
    }
    return fd;
  }

  boolean isOpen() {
    return open;
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
      return FileCalls.close(fd);
    } finally {
      lock.writeLock().unlock();
    }
  }

  private IllegalStateException closed() {
    return new IllegalStateException("the file is closed: " + name);
  }
}
