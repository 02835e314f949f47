package io.mman.internal.libc;

import io.mman.internal.platform.At;
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
}
