package io.mman.internal.file;

import io.mman.Errno;
import io.mman.internal.libc.KernelCalls;
import io.mman.internal.libc.NameCalls;
import io.mman.internal.libc.PathBytes;
import io.mman.internal.platform.At;
import io.mman.internal.platform.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Gives files names that do not exist yet. Each method returns 0 or the negative errno. */
public final class FileNames {
  private FileNames() {}

  /** Gives a file without a name its first one. Linux only. */
  static int linkDescriptor(int fd, Path name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment newPath = PathBytes.of(name, arena);
      MemorySegment entry = PathBytes.of("/proc/self/fd/" + fd, arena);
      int here = At.FDCWD.number();
      int result = NameCalls.linkat(here, entry, newPath, At.SYMLINK_FOLLOW.number());
      if (result == 0 || Errno.of(-result) == Errno.EEXIST) {
        return result;
      }
      // Without /proc, a privileged process can do so, and since Linux 6.10 every process.
      MemorySegment empty = PathBytes.of("", arena);
      int other = NameCalls.linkat(fd, empty, newPath, At.EMPTY_PATH.number());
      return other == 0 || Errno.of(-other) == Errno.EEXIST ? other : result;
    }
  }

  /** Gives a file another name instead of the one that it has. */
  public static int rename(Path oldName, Path newName) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment oldPath = PathBytes.of(oldName, arena);
      MemorySegment newPath = PathBytes.of(newName, arena);
      if (Kernel.RENAMEAT2.isHere()) {
        int result = KernelCalls.renameToNew(oldPath, newPath);
        if (result == 0 || Errno.of(-result) == Errno.EEXIST) {
          return result;
        }
      }
      // The kernel or the file system lacks RENAME_NOREPLACE; link(2) never replaces a file.
      int result = NameCalls.linkat(At.FDCWD.number(), oldPath, newPath, 0);
      if (result == 0) {
        NameCalls.unlink(oldPath); // if it fails, the file has both names
      }
      return result;
    }
  }

  public static int unlink(Path name) {
    try (Arena arena = Arena.ofConfined()) {
      return NameCalls.unlink(PathBytes.of(name, arena));
    }
  }
}
