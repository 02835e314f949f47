package io.mman.internal.ipc;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.error.SocketErrors;
import io.mman.internal.file.Descriptor;
import io.mman.internal.file.FileNames;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.libc.SocketCalls;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

/** A listening socket and its file, which only its owner may use. */
final class ListeningSocket {
  private static final int ATTEMPTS = 10;

  private final Path path;
  private final Descriptor descriptor;

  /** Identifies the socket file, which may later have been replaced by another file. */
  private final FileStatus identity;

  /** Set before the socket is taken away from the threads that use it. */
  private volatile boolean isClosed;

  private ListeningSocket(Path path, Descriptor descriptor, FileStatus identity) {
    this.path = path;
    this.descriptor = descriptor;
    this.identity = identity;
  }

  /**
   * Creates the socket. The socket listens before its file gets the final name, because a socket
   * that does not listen yet cannot be distinguished from one that no longer listens.
   */
  static ListeningSocket open(Path path) {
    SocketPath.require(path);
    int socket = check("socket", SocketCalls.stream(), path);
    try {
      check("fchmod", SocketCalls.allowOwnerOnly(socket), path);
      Path temporary = bind(socket, path);
      try {
        FileStatus identity = new FileStatus();
        check("lstat", SocketName.read(temporary, identity), path);
        check("listen", SocketCalls.listen(socket), path);
        SocketName.move(temporary, path);
        return new ListeningSocket(path, new Descriptor(socket, path, true), identity);
      } catch (Throwable e) {
        FileNames.unlink(temporary);
        throw e;
      }
    } catch (Throwable e) {
      FileCalls.close(socket);
      throw e;
    }
  }

  /** Binds the socket to a temporary name in the folder of the final one, and returns this path. */
  private static Path bind(int socket, Path path) {
    Path temporary;
    int result;
    int attempt = 0;
    do {
      long number = ThreadLocalRandom.current().nextLong();
      temporary = path.resolveSibling(".mman-" + Long.toHexString(number));
      result = SocketPath.bind(socket, temporary);
      attempt++;
    } while (result == -Errno.EADDRINUSE.number() && attempt < ATTEMPTS);
    check("bind", result, path);
    return temporary;
  }

  private static int check(String call, int result, Path path) {
    if (result < 0) {
      Failure failure = Failure.of(call, result).file(path);
      throw failure.because(SocketErrors.bind(failure.error())).exception();
    }
    return result;
  }

  /** Returns the connection of the next client, or the negative errno: EAGAIN if there is none. */
  int accept() {
    int fd = acquire();
    try {
      return SocketCalls.accept(fd);
    } finally {
      descriptor.release();
    }
  }

  /**
   * Waits until a client has connected, the socket is closed, or the caller gives up.
   *
   * @return the negative errno if the wait failed, otherwise 0 or 1
   */
  int awaitClient(BooleanSupplier isGivenUp) {
    return new SocketWait(descriptor, new Deadline(Timeout.FOREVER), isGivenUp).await();
  }

  private int acquire() {
    int fd = isClosed ? Descriptor.CLOSED : descriptor.acquireIfOpen();
    if (fd == Descriptor.CLOSED) {
      throw new IllegalStateException("the handover is closed: " + path);
    }
    return fd;
  }

  boolean isOpen() {
    return !isClosed;
  }

  /** Begins the message of a failed call. */
  Failure failure(String call, int result) {
    return Failure.of(call, result).file(path);
  }

  /**
   * Removes the file, unless the name now belongs to another file, and closes the socket. The file
   * is removed first, because another process may replace it as soon as the socket is closed.
   */
  synchronized void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    int fd = descriptor.acquireIfOpen();
    try {
      SocketName.remove(path, identity);
    } finally {
      SocketCalls.shutdown(fd); // ends all waits for clients at once
      descriptor.release();
      descriptor.close();
    }
  }

  @Override
  public String toString() {
    return "Handover[\"" + path + "\", " + (isOpen() ? "open" : "closed") + "]";
  }
}
