package io.mman.internal.error;

import io.mman.Errno;
import io.mman.internal.proc.Proc;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Explains the errors of calls on sockets, and of calls that take descriptors from other processes.
 * A method returns null if it has no explanation.
 */
public final class SocketErrors {
  private static final String YAMA = "/proc/sys/kernel/yama/ptrace_scope";

  private SocketErrors() {}

  public static @Nullable String bind(Errno errno) {
    return switch (errno) {
      case EACCES, EPERM -> "this process may not create or remove files in the folder";
      case ENOENT, ENOTDIR -> "the folder does not exist";
      case EROFS -> "the file system is mounted read-only";
      case EINVAL, EOPNOTSUPP -> "the file system does not support sockets";
      default -> FileErrors.open(errno);
    };
  }

  public static @Nullable String connect(Errno errno) {
    return switch (errno) {
      case ENOENT -> "no process listens: the socket does not exist";
      case ECONNREFUSED ->
          "no process listens: the process that created the socket no longer listens, or the file"
              + " is not a socket";
      case EACCES, EPERM ->
          "this user may not connect: the permissions of the socket file or its folder forbid it";
      case EPROTOTYPE -> "the socket is not a stream socket, so no Handover listens there";
      case EAGAIN -> "too many clients are waiting for the listener";
      default -> FileErrors.open(errno);
    };
  }

  /** Explains why a message with a descriptor cannot be sent. */
  public static @Nullable String send(Errno errno) {
    return errno == Errno.ETOOMANYREFS
        ? "too many descriptors have been sent to processes that have not received them yet"
        : null;
  }

  public static @Nullable String receive(Errno errno) {
    return errno == Errno.ECONNRESET ? "the listener closed its socket" : null;
  }

  /** Explains why a message was received incompletely. */
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
      case EPERM -> "this process may not trace the other process: " + tracing(Proc.number(YAMA));
      default -> FileErrors.open(errno);
    };
  }

  /**
   * Explains why the kernel does not allow tracing a process.
   *
   * @param scope the value of kernel.yama.ptrace_scope, if the kernel has it
   */
  static String tracing(OptionalLong scope) {
    String usual =
        "it belongs to another user, has changed its user, has capabilities that this process"
            + " lacks, or is in another user namespace; CAP_SYS_PTRACE lifts this restriction";
    if (scope.isEmpty()) {
      return usual;
    }
    return switch ((int) scope.getAsLong()) {
      case 0 -> usual;
      case 1 ->
          "kernel.yama.ptrace_scope is 1, so it must be a descendant of this process or permit"
              + " tracing with prctl(PR_SET_PTRACER), or this process needs CAP_SYS_PTRACE; or "
              + usual;
      case 2 -> "kernel.yama.ptrace_scope is 2, so this process needs CAP_SYS_PTRACE";
      default ->
          "kernel.yama.ptrace_scope is " + scope.getAsLong() + ", so no process may trace another";
    };
  }
}
