package io.mman.internal.error;

import io.mman.Errno;
import io.mman.internal.proc.Proc;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Explains the errors of calls on sockets, and of those that hand over descriptors. A method
 * returns null if nothing is known about an error.
 */
public final class SocketErrors {
  private static final String YAMA = "/proc/sys/kernel/yama/ptrace_scope";

  private SocketErrors() {}

  public static @Nullable String bind(Errno errno) {
    return switch (errno) {
      case EACCES, EPERM -> "this process may not change the folder";
      case ENOENT, ENOTDIR -> "there is no such folder";
      case EROFS -> "the file system is mounted for reading only";
      case EINVAL, EOPNOTSUPP -> "the file system cannot hold sockets";
      default -> FileErrors.open(errno);
    };
  }

  public static @Nullable String connect(Errno errno) {
    return switch (errno) {
      case ENOENT -> "nobody listens: there is no such socket";
      case ECONNREFUSED ->
          "nobody listens: the process that has created the file does not listen any more, or the"
              + " file is no socket";
      case EACCES, EPERM -> "this user may not connect: only the owner of the socket may";
      case EPROTOTYPE -> "the socket is not a stream socket, so it is not a Handover";
      case EAGAIN -> "too many clients wait for the socket";
      default -> FileErrors.open(errno);
    };
  }

  /** Explains why a message with a descriptor cannot be sent. */
  public static @Nullable String send(Errno errno) {
    return errno == Errno.ETOOMANYREFS
        ? "too many descriptors are on their way to processes that have not received them"
        : null;
  }

  public static @Nullable String receive(Errno errno) {
    return errno == Errno.ECONNRESET ? "the listener was closed" : null;
  }

  /** Explains why not all of a message has been received. */
  public static String truncated() {
    return Proc.canOpen()
        ? "the message was truncated"
        : "the message was truncated: " + ResourceLimits.descriptors();
  }

  /** Explains an error of pidfd_open(2). */
  public static @Nullable String openProcess(Errno errno) {
    return switch (errno) {
      case ESRCH -> "the process has ended";
      case ENOSYS -> "the kernel is older than Linux 5.3, or a seccomp filter forbids the call";
      default -> FileErrors.open(errno);
    };
  }

  /** Explains an error of pidfd_getfd(2). */
  public static @Nullable String duplicate(Errno errno) {
    return switch (errno) {
      case EBADF -> "the descriptor is not open in the process, or the process has ended";
      case ESRCH -> "the process has ended";
      case ENOSYS -> "the kernel is older than Linux 5.6, or a seccomp filter forbids the call";
      case EPERM -> "this process may not trace the other one: " + tracing(Proc.number(YAMA));
      default -> FileErrors.open(errno);
    };
  }

  /**
   * Explains why a process may not be traced.
   *
   * @param scope the value of kernel.yama.ptrace_scope, if the kernel has it
   */
  static String tracing(OptionalLong scope) {
    String usual =
        "it belongs to another user, has changed its user, has capabilities that this one lacks, or"
            + " is in another user namespace; with CAP_SYS_PTRACE that does not matter";
    if (scope.isEmpty()) {
      return usual;
    }
    return switch ((int) scope.getAsLong()) {
      case 0 -> usual;
      case 1 ->
          "kernel.yama.ptrace_scope is 1, so it must be a descendant of this process, or allow it"
              + " by prctl(PR_SET_PTRACER), or this process needs CAP_SYS_PTRACE; or "
              + usual;
      case 2 -> "kernel.yama.ptrace_scope is 2, so this process needs CAP_SYS_PTRACE";
      default ->
          "kernel.yama.ptrace_scope is " + scope.getAsLong() + ", so no process may trace another";
    };
  }
}
