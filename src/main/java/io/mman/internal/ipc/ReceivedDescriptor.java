package io.mman.internal.ipc;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.FileStatus;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A descriptor from another process. It is closed if its file cannot be mapped. */
final class ReceivedDescriptor {
  private static final String NOT_MAPPABLE =
      "the descriptor is neither that of a regular file nor that of memory or a device";

  private final int fd;
  private final Function<Errno, Failure> refusals;

  /**
   * Takes ownership of a descriptor.
   *
   * @param refusals begins the messages of exceptions
   */
  ReceivedDescriptor(int fd, Function<Errno, Failure> refusals) {
    this.fd = fd;
    this.refusals = refusals;
  }

  /**
   * Checks the descriptor and passes it on. If either throws an exception, the descriptor is
   * closed.
   */
  <F> F adopt(RequiredSeals required, IntFunction<F> adopter) {
    try {
      requireSeals(required);
      requireMappable();
      return adopter.apply(fd);
    } catch (Throwable e) {
      FileCalls.close(fd);
      throw e;
    }
  }

  /** Runs before any other call on the file, which could block in a file system of the peer. */
  private void requireSeals(RequiredSeals required) {
    String reason = required.lacking(fd);
    if (reason == null) {
      return;
    }
    // Only pipes, sockets and terminals have no offset. The call does not involve a file system.
    long offset = FileCalls.seek(fd, 0, FileCalls.SEEK_CUR);
    throw offset == -Errno.ESPIPE.number()
        ? refusal(Errno.EBADMSG, NOT_MAPPABLE)
        : refusal(Errno.EPERM, reason);
  }

  private void requireMappable() {
    FileStatus status = new FileStatus();
    int result = FileCalls.fstat(fd, status);
    if (result < 0) {
      throw Failure.of("fstat", result).arg("fd", fd).exception();
    }
    if (!status.isRegular() && !status.isDevice()) {
      throw refusal(Errno.EBADMSG, NOT_MAPPABLE);
    }
  }

  private RuntimeException refusal(Errno error, @Nullable String reason) {
    return refusals.apply(error).because(reason).exception();
  }
}
