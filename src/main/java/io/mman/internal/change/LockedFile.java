package io.mman.internal.change;

import io.mman.Errno;
import io.mman.MmanException;
import io.mman.internal.error.Failure;
import io.mman.internal.file.FileCreation;
import io.mman.internal.file.FileLength;
import io.mman.internal.file.FileOpener;
import io.mman.internal.file.OpenFile;
import io.mman.internal.file.OpenRequest;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.libc.NameCalls;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An open file that is locked with flock(2). While it is open, no other LockedFile of the same file
 * can exist, in this process or any other.
 */
final class LockedFile {
  private final OpenFile file;

  /** Whether the file did not exist before. */
  private final boolean isNew;

  private LockedFile(OpenFile file, boolean isNew) {
    this.file = file;
    this.isNew = isNew;
  }

  /** Locks an open file. If that fails, the file is closed. */
  static LockedFile lock(OpenFile opened) {
    return lock(opened, false);
  }

  private static LockedFile lock(OpenFile opened, boolean isNew) {
    try {
      int fd = opened.acquire();
      try {
        requireOrdinary(opened, fd);
        requireLocked(opened, NameCalls.lock(fd));
      } finally {
        opened.release();
      }
      return new LockedFile(opened, isNew);
    } catch (RuntimeException | Error e) {
      opened.closeQuietly();
      throw e;
    }
  }

  private static void requireOrdinary(OpenFile opened, int fd) {
    if (!opened.status(fd).isRegular() || FileCalls.isHugetlbfs(fd)) {
      throw new IllegalArgumentException(
          "\"" + opened.path() + "\" is not a regular file, or is on hugetlbfs");
    }
  }

  private static void requireLocked(OpenFile opened, int result) {
    if (result < 0) {
      Failure failure = Failure.of("flock", result).file(opened.path()).arg("LOCK_EX|LOCK_NB");
      if (failure.error() == Errno.EAGAIN) {
        failure.because("another StagedRegion, in this process or another one, has the file open");
      }
      throw failure.exception();
    }
  }

  /**
   * Creates a file.
   *
   * @param size the initial size of the file in bytes
   * @return the file, or null if another process has created it in the meantime
   */
  static @Nullable LockedFile create(Path path, long size) {
    FileCreation creation = new FileCreation(path);
    for (int ways = 3; ways > 0; ways--) { // of creating a file
      OpenFile created = creation.create();
      LockedFile file = created == null ? null : publish(creation, created, size);
      if (file != null) {
        return file;
      }
      OpenFile other = FileOpener.openUnless(Errno.ENOENT, path, OpenRequest.WRITE);
      if (other != null) {
        other.closeQuietly();
        return null;
      }
    }
    throw creation.giveUp();
  }

  private static @Nullable LockedFile publish(FileCreation creation, OpenFile created, long size) {
    LockedFile file = null;
    boolean isNamed = false;
    try {
      file = lock(created, true);
      if (size > 0) {
        FileLength.extend(created, size);
      }
      created.sync();
      isNamed = creation.publish(created);
      if (!isNamed) {
        creation.cancel();
      }
    } catch (RuntimeException | Error e) {
      creation.cancelAfter(e);
      throw e;
    } finally {
      if (file != null && !isNamed) {
        file.closeQuietly();
      }
    }
    return isNamed ? file : null;
  }

  OpenFile file() {
    return file;
  }

  static FileStatus status(OpenFile file) {
    int fd = file.acquire();
    try {
      return file.status(fd);
    } finally {
      file.release();
    }
  }

  static long inode(OpenFile file) {
    return status(file).inode();
  }

  /** Ensures that the name of the file is on the medium. */
  void syncName() {
    try {
      Path folder = file.path().toRealPath().resolveSibling("");
      OpenFile opened = FileOpener.open(folder, OpenRequest.READ);
      try {
        opened.sync();
      } finally {
        opened.closeQuietly();
      }
    } catch (MmanException e) {
      // Some file systems cannot sync directories. If the file existed before, its name is assumed
      // to be on the medium, so the directory need not be readable.
      if (e.error() != Errno.EINVAL && (isNew || e.error() != Errno.EACCES)) {
        throw e;
      }
    } catch (IOException e) {
      throw Failure.of("realpath", -Errno.ENOENT.number())
          .file(file.path())
          .because("the file no longer has a name, or its directory cannot be found")
          .exception();
    }
  }

  /** Closes the file. Unlocks it first, in case a child process that is starting inherited it. */
  void close() {
    unlock();
    file.close();
  }

  void closeQuietly() {
    unlock();
    file.closeQuietly();
  }

  private void unlock() {
    int fd = file.acquireIfOpen();
    if (fd != OpenFile.CLOSED) {
      NameCalls.unlock(fd);
      file.release();
    }
  }
}
