package io.mman.internal.libc;

import io.mman.internal.platform.At;
import io.mman.internal.platform.Platform;
import io.mman.internal.platform.StatLayout;
import java.lang.foreign.MemorySegment;

/**
 * The calls that give names to files and remove names. Names are NUL-terminated bytes. A call that
 * a signal interrupts (EINTR) is made again.
 */
public final class NameCalls {
  // int linkat(int olddirfd, const char *oldpath, int newdirfd, const char *newpath, int flags);
  private static final CFunction LINKAT = new CFunction("linkat");
  // int unlink(const char *pathname);
  private static final CFunction UNLINK = new CFunction("unlink");
  // int rename(const char *oldpath, const char *newpath);
  private static final CFunction RENAME = new CFunction("rename");
  // int flock(int fd, int operation);
  private static final CFunction FLOCK = new CFunction("flock");

  /** LOCK_EX and LOCK_NB, which are the same everywhere. */
  private static final int EXCLUSIVELY_AT_ONCE = 2 | 4;

  private static final int LOCK_UN = 8;

  /**
   * The function that reads a status by a name, which has another name in old versions of glibc.
   */
  private static final class Lstat {
    // int __lxstat(int version, const char *pathname, struct stat *statbuf);  glibc before 2.33
    static final boolean IS_VERSIONED =
        Platform.current().isLinux() && Linking.find("lstat") == null;
    // int lstat(const char *pathname, struct stat *statbuf);
    static final CFunction CALL = new CFunction(IS_VERSIONED ? "__lxstat" : "lstat");
  }

  private NameCalls() {}

  /**
   * Gives a file one more name, which must not exist. The names are in an arena of this thread,
   * which cannot be closed meanwhile.
   *
   * @param folder the descriptor that {@code oldPath} is relative to
   */
  public static int linkat(int folder, MemorySegment oldPath, MemorySegment newPath, int flags) {
    int here = At.FDCWD.number();
    int result;
    do {
      result = LINKAT.call(folder, oldPath.address(), here, newPath.address(), flags, 0, oldPath);
    } while (result == Scratch.INTERRUPTED);
    return result;
  }

  /** Removes a name of a file. */
  public static int unlink(MemorySegment path) {
    return UNLINK.callAgain(path, 0, 0);
  }

  /** Gives a file another name, and removes the file that had it. */
  public static int rename(MemorySegment oldPath, MemorySegment newPath) {
    int result;
    do {
      result = RENAME.call(oldPath.address(), newPath.address(), 0, oldPath, newPath);
    } while (result == Scratch.INTERRUPTED);
    return result;
  }

  /** Reads the status of the file of a name, which may be a symbolic link. Linux only. */
  public static int lstat(MemorySegment path, FileStatus status) {
    StatLayout layout = StatLayout.current();
    Scratch scratch = Scratch.get();
    long stat = scratch.structureAddress();
    long name = path.address();
    int result;
    do {
      result =
          Lstat.IS_VERSIONED
              ? Lstat.CALL.call(layout.version(), name, stat, 0, 0, 0, path)
              : Lstat.CALL.call(name, stat, 0, 0, 0, 0, path);
    } while (result == Scratch.INTERRUPTED);
    if (result == 0) {
      status.read(scratch.structure(), layout);
    }
    return result;
  }

  /** Locks an open file or folder exclusively with flock(2), without waiting. */
  public static int lock(int fd) {
    return FLOCK.callAgain(fd, EXCLUSIVELY_AT_ONCE, 0, 0);
  }

  /** Releases the lock of {@link #lock}. */
  public static int unlock(int fd) {
    return FLOCK.callAgain(fd, LOCK_UN, 0, 0);
  }
}
