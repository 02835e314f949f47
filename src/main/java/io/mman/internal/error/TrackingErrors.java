package io.mman.internal.error;

import io.mman.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Explains the errors of the calls by which stores to pages are tracked. A method returns null if
 * nothing is known about an error.
 */
public final class TrackingErrors {
  private static final String TOO_OLD = "Linux 6.7 is necessary, on x86_64 or aarch64";
  private static final String LOST =
      "pages of the region are not tracked any more: other code has mapped something over them, or"
          + " has moved or unmapped them";

  private TrackingErrors() {}

  /** Returns why userfaultfd(2) cannot be used at all, or null if the error may pass. */
  public static @Nullable String refusal(Errno errno) {
    return switch (errno) {
      case ENOSYS -> "the kernel has no userfaultfd(2), or a seccomp filter hides it";
      case EPERM, EACCES -> "the process is not allowed to, for example by a seccomp filter";
      case EINVAL, ENOTTY -> TOO_OLD;
      default -> null;
    };
  }

  /** Returns why {@code /proc/self/pagemap} cannot be used at all, or null. */
  public static @Nullable String refusalOfPagemap(Errno errno) {
    return switch (errno) {
      case ENOENT -> "/proc is not mounted, or the kernel is built without this file";
      case EPERM, EACCES ->
          "the process may not read it, because it has changed its user id, or a seccomp filter"
              + " forbids the call";
      case EINVAL, ENOTTY, ENOSYS -> TOO_OLD;
      default -> null;
    };
  }

  /** Explains an error of a request on a range of pages. */
  public static @Nullable String request(Errno errno) {
    return switch (errno) {
      case ENOMEM -> ResourceLimits.reached(0, 0, 0, null);
      case EBUSY -> "other code tracks pages of the region already, with a userfaultfd of its own";
      case EAGAIN -> "the address space of the process is being changed: try again";
      case EINVAL, ENOENT, EPERM -> LOST;
      default -> null;
    };
  }
}
