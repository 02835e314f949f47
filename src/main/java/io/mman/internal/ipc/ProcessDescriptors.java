package io.mman.internal.ipc;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.error.SocketErrors;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.KernelCalls;
import io.mman.internal.proc.Proc;
import java.util.function.IntFunction;

/** Duplicates descriptors of other processes. */
public final class ProcessDescriptors {
  private ProcessDescriptors() {}

  /**
   * Duplicates a descriptor and checks it.
   *
   * @param adopter takes ownership of the descriptor, unless it throws an exception
   */
  public static <F> F take(ProcessHandle process, int fd, IntFunction<F> adopter) {
    if (fd < 0) {
      throw new IllegalArgumentException("fd is negative: " + fd);
    }
    SocketPreload.prepare();
    int pid = Math.toIntExact(process.pid());
    int result = duplicate(process, pid, fd);
    if (result < 0) {
      Failure failure = failure(pid, fd, result);
      throw failure.because(SocketErrors.duplicate(failure.error())).exception();
    }
    return new ReceivedDescriptor(result, error -> failure(pid, fd, -error.number()))
        .adopt(RequiredSeals.NONE, adopter);
  }

  private static int duplicate(ProcessHandle process, int pid, int fd) {
    int opened = KernelCalls.openProcess(pid);
    if (opened < 0) {
      throw openFailure(pid, opened);
    }
    try {
      // The pidfd always refers to the same process. The handle knows the start time of its
      // process: if that one is still alive, no other process had its ID when the pidfd was opened.
      if (!process.isAlive()) {
        // Without a free descriptor, the handle cannot determine this.
        Errno error = Proc.canOpen() ? Errno.ESRCH : Errno.EMFILE;
        throw openFailure(pid, -error.number());
      }
      return KernelCalls.duplicate(opened, fd);
    } finally {
      FileCalls.close(opened);
    }
  }

  private static RuntimeException openFailure(int pid, int result) {
    Failure failure = Failure.of("pidfd_open", result).arg("pid", pid);
    return failure.because(SocketErrors.openProcess(failure.error())).exception();
  }

  private static Failure failure(int pid, int fd, int result) {
    return Failure.of("pidfd_getfd", result).arg("pid", pid).arg("targetfd", fd);
  }
}
