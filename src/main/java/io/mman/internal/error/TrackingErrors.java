package io.mman.internal.error;

import io.mman.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Explains the errors of the system calls that track stores to pages. Each method returns null if
 * it has no explanation for an error.
 */
public final class TrackingErrors {
  private static final String TOO_OLD = "Linux 6.7 or later is required, on x86_64 or aarch64";
  private static final String LOST =
      "pages of the region are no longer tracked: other code has mapped something over them, or has"
          + " moved or unmapped them";

  private TrackingErrors() {}

  /** Explains why userfaultfd(2) cannot be used at all, or returns null if it may work later. */
  public static @Nullable String refusal(Errno errno) {
    return switch (errno) {
      case ENOSYS -> "the kernel has no userfaultfd(2), or a seccomp filter hides it";
      case EPERM, EACCES -> "the call is forbidden, for example by a seccomp filter";
      case EINVAL, ENOTTY -> TOO_OLD;
      default -> null;
    };
  }

  /**
   * Explains why {@code /proc/self/pagemap} cannot be used, or returns null if it may work later.
   */
  public static @Nullable String refusalOfPagemap(Errno errno) {
    return switch (errno) {
      case ENOENT -> "/proc is not mounted, or the kernel was built without this file";
      case EPERM, EACCES ->
          "the process has changed its user id and must not read this file, or a seccomp filter"
              + " forbids the call";
      case EINVAL, ENOTTY, ENOSYS -> TOO_OLD;
      default -> null;
    };
  }

  /** Explains an error of a request for a range of pages. */
  public static @Nullable String request(Errno errno) {
    return switch (errno) {
      case ENOMEM -> ResourceLimits.reached(0, 0, 0, null);
      case EBUSY -> "other code already tracks pages of the region with a userfaultfd of its own";
      case EAGAIN -> "another thread is changing the address space of the process: try again";
      case EINVAL, ENOENT, EPERM -> LOST;
      default -> null;
    };
  }
}
