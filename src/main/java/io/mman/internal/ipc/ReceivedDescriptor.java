package io.mman.internal.ipc;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.FileStatus;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A descriptor from another process, which is closed unless it can be mapped. */
final class ReceivedDescriptor {
  private static final String NOT_MAPPABLE =
      "the descriptor is neither that of a regular file nor that of memory or a device";

  private final int fd;
  private final Function<Errno, Failure> refusals;

  /**
   * Takes over a descriptor.
   *
   * @param refusals starts the messages of exceptions
   */
  ReceivedDescriptor(int fd, Function<Errno, Failure> refusals) {
    this.fd = fd;
    this.refusals = refusals;
  }

  /** Checks the descriptor, and passes it on. If that throws an exception, it is closed. */
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

  /** Comes before any other call on the file, which could wait for a file system of the peer. */
  private void requireSeals(RequiredSeals required) {
    String reason = required.lacking(fd);
    if (reason == null) {
      return;
    }
    // Only a pipe, a socket or a terminal has no offset; a file system is not asked for it.
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
