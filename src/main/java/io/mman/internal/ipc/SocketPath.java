package io.mman.internal.ipc;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.error.FileErrors;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.PathBytes;
import io.mman.internal.libc.SocketCalls;
import io.mman.internal.platform.OpenFlags;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.ToIntFunction;

/**
 * The path of a socket. A socket address has room for 107 bytes only. A longer path is therefore
 * replaced by the name in an open folder: {@code /proc/self/fd/N/NAME}.
 */
final class SocketPath {
  /**
   * The length of the prefix with the longest descriptor number: {@code /proc/self/fd/2147483647/}.
   */
  private static final int MAX_PREFIX = 25;

  /** The longest name that fits into an address with any descriptor number. */
  private static final int MAX_NAME = SocketCalls.MAX_PATH - MAX_PREFIX;

  private SocketPath() {}

  /**
   * Checks that a path can be the path of a socket.
   *
   * @throws IllegalArgumentException if the path and its file name are too long, or the path has no
   *     file name
   */
  static void require(Path path) {
    PathBytes.requireDefaultFileSystem(path);
    Path name = path.getFileName();
    if (name == null || name.toString().isEmpty()) {
      throw new IllegalArgumentException("the path of the socket has no file name: " + path);
    }
    if (PathBytes.of(path).length > SocketCalls.MAX_PATH && PathBytes.of(name).length > MAX_NAME) {
      throw new IllegalArgumentException(
          "the path of the socket is longer than "
              + SocketCalls.MAX_PATH
              + " bytes, and its file name is longer than "
              + MAX_NAME
              + ": "
              + path);
    }
  }

  /** Returns the folder of a path. */
  static Path folder(Path path) {
    Path parent = path.getParent();
    return parent == null ? Path.of(".") : parent;
  }

  static int bind(int socket, Path path) {
    return call(path, bytes -> SocketCalls.bind(socket, bytes));
  }

  static int connect(int socket, Path path) {
    return call(path, bytes -> SocketCalls.connect(socket, bytes));
  }

  /** Calls a function with the path, or with a shorter path of the same file. */
  private static int call(Path path, ToIntFunction<byte[]> function) {
    byte[] bytes = PathBytes.of(path);
    if (bytes.length <= SocketCalls.MAX_PATH) {
      return function.applyAsInt(bytes);
    }
    int flags = OpenFlags.O_PATH.bits() | OpenFlags.O_CLOEXEC.bits();
    int folder = FileCalls.open(PathBytes.of(folder(path)), flags, 0);
    if (folder < 0) {
      return folder;
    }
    try {
      return function.applyAsInt(inOpenFolder(folder, PathBytes.of(path.getFileName())));
    } finally {
      FileCalls.close(folder);
    }
  }

  private static byte[] inOpenFolder(int folder, byte[] name) {
    byte[] prefix = ("/proc/self/fd/" + folder + "/").getBytes(StandardCharsets.US_ASCII);
    byte[] path = new byte[prefix.length + name.length];
    System.arraycopy(prefix, 0, path, 0, prefix.length);
    System.arraycopy(name, 0, path, prefix.length, name.length);
    return path;
  }

  /**
   * Returns whether a process has bound the socket of a path. A stream socket that connects would
   * be a client, to which a descriptor is sent. Therefore this method tries to connect a datagram
   * socket. The kernel refuses this with EPROTOTYPE if a stream socket is bound, and with
   * ECONNREFUSED if no socket is bound.
   *
   * @return 1 or 0, or the negative errno of connect(2)
   */
  static int isBound(Path path) {
    int probe = SocketCalls.datagram();
    if (probe < 0) {
      Failure failure = Failure.of("socket", probe).file(path);
      throw failure.because(FileErrors.open(failure.error())).exception();
    }
    int result = connect(probe, path);
    FileCalls.close(probe);
    if (result == -Errno.ECONNREFUSED.number()) {
      return 0;
    }
    return result >= 0 || result == -Errno.EPROTOTYPE.number() ? 1 : result;
  }
}
