package io.mman.internal.region;

import io.mman.internal.file.OpenFile;
import io.mman.internal.libc.FileStatus;
import java.util.concurrent.locks.Lock;

/**
 * Makes sure that the file of a region reaches to the end of a new size, and keeps this process
 * from truncating it while pages are mapped there.
 *
 * <p>Its locks are held for the system calls only. They are not held while views are revoked or
 * while a thread waits for a region, because a clean-up may close or resize the file.
 */
final class FileReach {
  private final Backing backing;
  private final RegionState now;
  private final long newSize;
  private final boolean extend;

  /**
   * Creates the object; {@link #begin} does the work.
   *
   * @param extend whether a shorter file is extended, with its blocks allocated, or refused
   */
  FileReach(Backing backing, RegionState now, long newSize, boolean extend) {
    this.backing = backing;
    this.now = now;
    this.newSize = newSize;
    this.extend = extend;
  }

  /**
   * Begins to map pages of the file.
   *
   * @return the descriptor, open until {@link #end}; {@link RegionBuilder#NO_FILE} if there is none
   * @throws IllegalArgumentException if the file is too short and is not to be extended
   */
  int begin() {
    OpenFile file = backing.file();
    if (file == null) {
      return RegionBuilder.NO_FILE;
    }
    Lock length = length(file);
    length.lock();
    boolean done = false;
    try {
      int fd = file.acquire();
      try {
        reach(file, file.status(fd));
        done = true;
        return fd;
      } finally {
        if (!done) {
          file.release();
        }
      }
    } finally {
      if (!done) {
        length.unlock();
      }
    }
  }

  /** Ends what {@link #begin} has begun. */
  void end() {
    OpenFile file = backing.file();
    if (file != null) {
      file.release();
      length(file).unlock();
    }
  }

  private Lock length(OpenFile file) {
    return extend ? file.lengthChangeLock() : file.lengthLock();
  }

  private void reach(OpenFile file, FileStatus status) {
    if (extend && status.isRegular()) {
      extendFile(file, status);
    } else {
      requireFileReaches(file, status);
    }
  }

  /**
   * Extends the file from its end, if another process has truncated it, or else from the region's.
   */
  private void extendFile(OpenFile file, FileStatus status) {
    long start = backing.offset() + now.head();
    long from = Math.max(start, Math.min(start + now.size(), status.size()));
    file.extendAllocated(from, start + newSize - from);
  }

  private void requireFileReaches(OpenFile file, FileStatus status) {
    if (status.isRegular() && newSize > status.size() - backing.offset() - now.head()) {
      throw new IllegalArgumentException(
          "size "
              + newSize
              + " reaches past the end of \""
              + file.path()
              + "\", which has "
              + status.size()
              + " bytes: use extend, or resize the file first");
    }
  }
}
