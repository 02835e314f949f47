package io.mman.internal.ipc;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.error.SocketErrors;
import io.mman.internal.file.FileNames;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.libc.NameCalls;
import io.mman.internal.libc.PathBytes;
import io.mman.internal.platform.OpenFlags;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * Gives the file of a listening socket its final name, and removes it. A name that belongs to a
 * socket in use, or to a file that is not a socket, is never replaced.
 */
final class SocketName {
  /** How often the name may appear and vanish before this is an error. */
  private static final int ATTEMPTS = 100;

  private static final long PAUSE_NANOS = 1_000_000;
  private static final int MAX_PAUSES = 5000;

  private SocketName() {}

  /**
   * Renames the file of a socket. If the name belongs to a socket that no process has bound, its
   * file is replaced.
   *
   * <p>Renaming to a new name never replaces a file, so it requires no lock. Checking that a socket
   * is unused and replacing its file are two steps, between which another process might replace the
   * file. Both are therefore done while the folder is locked. The name exists all the time.
   */
  static void move(Path temporary, Path path) {
    for (int i = 0; i < ATTEMPTS; i++) {
      int result = FileNames.rename(temporary, path);
      if (result == 0) {
        return;
      }
      if (result != -Errno.EEXIST.number()) {
        throw failure("rename", result, path).exception();
      }
      if (replace(temporary, path)) {
        return;
      }
    }
    throw inUse("other processes repeatedly create and remove a file of this name", path);
  }

  /** Returns false if the name has vanished. */
  private static boolean replace(Path temporary, Path path) {
    Path parent = SocketPath.folder(path);
    int flags = OpenFlags.O_RDONLY.bits() | OpenFlags.O_CLOEXEC.bits();
    int folder = FileCalls.open(PathBytes.of(parent), flags, 0);
    if (folder < 0) {
      throw failure("open", folder, parent).exception();
    }
    try (Arena arena = Arena.ofConfined()) {
      lock(folder, parent);
      MemorySegment name = PathBytes.of(path, arena);
      return isUnused(name, path) && rename(PathBytes.of(temporary, arena), name, path);
    } finally {
      FileCalls.close(folder); // also releases the lock
    }
  }

  private static void lock(int folder, Path parent) {
    boolean interrupted = false;
    int result = NameCalls.lock(folder);
    for (int i = 0; i < MAX_PAUSES && result == -Errno.EAGAIN.number(); i++) {
      LockSupport.parkNanos(PAUSE_NANOS);
      interrupted |= Thread.interrupted(); // a pause ends at once if the status is set
      result = NameCalls.lock(folder);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (result < 0) {
      Failure failure = Failure.of("flock", result).file(parent);
      String reason = "another process has kept the folder locked for too long";
      throw failure.because(failure.error() == Errno.EAGAIN ? reason : null).exception();
    }
  }

  /** Returns false if the name has vanished; throws an exception if it is in use. */
  private static boolean isUnused(MemorySegment name, Path path) {
    FileStatus status = new FileStatus();
    int result = NameCalls.lstat(name, status);
    if (result == 0 && !status.isSocket()) {
      throw inUse("the path names a file that is not a socket", path);
    }
    int bound = result < 0 ? result : SocketPath.isBound(path);
    if (bound == -Errno.ENOENT.number()) {
      return false;
    }
    if (result < 0) {
      throw failure("lstat", result, path).exception();
    }
    if (bound == -Errno.EACCES.number()) {
      throw inUse(
          "the socket belongs to another user, so it is not known whether it is in use", path);
    }
    if (bound < 0) {
      throw failure("connect", bound, path).exception();
    }
    if (bound > 0) {
      throw inUse(
          "a process already uses this socket: another one, or this one with another Handover",
          path);
    }
    return true;
  }

  private static boolean rename(MemorySegment temporary, MemorySegment name, Path path) {
    int result = NameCalls.rename(temporary, name);
    if (result < 0) {
      throw failure("rename", result, path).exception();
    }
    return true;
  }

  private static RuntimeException inUse(String reason, Path path) {
    int result = -Errno.EADDRINUSE.number();
    return Failure.of("bind", result).file(path).because(reason).exception();
  }

  private static Failure failure(String call, int result, Path path) {
    Failure failure = Failure.of(call, result).file(path);
    return failure.because(SocketErrors.bind(failure.error()));
  }

  /** Reads the status of a file. Returns 0 or the negative errno. */
  static int read(Path path, FileStatus status) {
    try (Arena arena = Arena.ofConfined()) {
      return NameCalls.lstat(PathBytes.of(path, arena), status);
    }
  }

  /** Removes a file unless it has vanished, or its name now belongs to another file. */
  static void remove(Path path, FileStatus identity) {
    FileStatus now = new FileStatus();
    String call = "lstat";
    int result = read(path, now);
    if (result == 0 && now.isSameFile(identity)) {
      call = "unlink";
      result = FileNames.unlink(path);
    }
    if (result < 0 && result != -Errno.ENOENT.number()) {
      throw failure(call, result, path).exception();
    }
  }
}
