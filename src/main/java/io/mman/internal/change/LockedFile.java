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
 * A file that nobody else can lock with flock(2) while it is open: neither another process nor
 * another user in this one.
 */
final class LockedFile {
  private final OpenFile file;

  /** Whether the file did not exist before. */
  private final boolean isNew;

  private LockedFile(OpenFile file, boolean isNew) {
    this.file = file;
    this.isNew = isNew;
  }

  /** Takes the lock of an open file, and closes the file if that fails. */
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
      throw new IllegalArgumentException("\"" + opened.path() + "\" is not an ordinary file");
    }
  }

  private static void requireLocked(OpenFile opened, int result) {
    if (result < 0) {
      Failure failure = Failure.of("flock", result).file(opened.path()).arg("LOCK_EX|LOCK_NB");
      if (failure.error() == Errno.EAGAIN) {
        failure.because("another StagedRegion, in this process or another, has the file open");
      }
      throw failure.exception();
    }
  }

  /**
   * Creates a file.
   *
   * @param size the size that it has from the start
   * @return the file, or null if one has come into being meanwhile
   */
  static @Nullable LockedFile create(Path path, long size) {
    FileCreation creation = new FileCreation(path);
    for (int ways = 3; ways > 0; ways--) { // in which a file can be created
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

  /** Makes sure that the name of the file is on the medium. */
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
      // Some file systems cannot sync a folder. One that cannot be read was once synced by others.
      if (e.error() != Errno.EINVAL && (isNew || e.error() != Errno.EACCES)) {
        throw e;
      }
    } catch (IOException e) {
      throw Failure.of("realpath", -Errno.ENOENT.number())
          .file(file.path())
          .because("the file has no name any more, or its folder cannot be found")
          .exception();
    }
  }

  /** Releases the lock, which a child process just being started may otherwise keep, and closes. */
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
