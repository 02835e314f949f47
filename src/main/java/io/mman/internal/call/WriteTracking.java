package io.mman.internal.call;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.error.MapCountReserve;
import io.mman.internal.error.TrackingErrors;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.PageScan;
import io.mman.internal.libc.TrackingCalls;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** The system calls that track stores to pages, with explanations of their errors. */
public final class WriteTracking {
  private WriteTracking() {}

  /**
   * Opens a userfaultfd that tracks stores. The descriptor is closed on exec.
   *
   * @throws UnsupportedOperationException if the kernel or a filter does not allow it
   */
  public static int open() {
    int fd = TrackingCalls.open();
    requireEnabled(Failure.of("userfaultfd", fd), fd);
    int result = TrackingCalls.enable(fd);
    if (result < 0) {
      FileCalls.close(fd);
      requireEnabled(Failure.of("ioctl", result).arg("UFFDIO_API"), result);
    }
    return fd;
  }

  private static void requireEnabled(Failure failure, int result) {
    if (result < 0) {
      throw refused(failure, "userfaultfd(2)", TrackingErrors.refusal(failure.error()));
    }
  }

  /**
   * Opens {@code /proc/self/pagemap}. The descriptor is closed on exec.
   *
   * @throws UnsupportedOperationException if the file cannot be used for tracking
   */
  public static int openPagemap() {
    int fd = TrackingCalls.openPagemap();
    requirePagemap(Failure.of("open", fd), fd);
    try (PageScan scan = new PageScan(fd)) {
      int result;
      do {
        result = scan.run(MemorySegment.NULL);
      } while (result == -Errno.EINTR.number());
      if (result < 0) {
        FileCalls.close(fd);
        requirePagemap(Failure.of("ioctl", result).arg("PAGEMAP_SCAN"), result);
      }
    }
    return fd;
  }

  private static void requirePagemap(Failure failure, int result) {
    if (result < 0) {
      failure.arg("\"/proc/self/pagemap\"");
      String reason = TrackingErrors.refusalOfPagemap(failure.error());
      throw refused(failure, "PAGEMAP_SCAN of /proc/self/pagemap", reason);
    }
  }

  /** Returns UnsupportedOperationException if a reason is known, or else the failure itself. */
  private static RuntimeException refused(Failure failure, String what, @Nullable String reason) {
    RuntimeException cause = failure.because(reason).exception();
    String message = "changes cannot be tracked: " + what + " fails with " + failure.error();
    return reason == null
        ? cause
        : new UnsupportedOperationException(message + ": " + reason, cause);
  }

  /** Registers pages. They are tracked only after a call of {@link #protect}. */
  public static void register(int fd, MemorySegment pages) {
    boolean nearLimit = SystemCalls.enter();
    int result = TrackingCalls.register(fd, pages);
    if (result < 0) {
      throw failure("UFFDIO_REGISTER", result, pages);
    }
    MapCountReserve.leave(nearLimit);
  }

  /** Unregisters pages. Pages that are no longer registered or mapped are ignored. */
  public static void unregister(int fd, MemorySegment pages) {
    int result = TrackingCalls.unregister(fd, pages);
    if (result < 0 && result != -Errno.EINVAL.number() && result != -Errno.ENOENT.number()) {
      throw failure("UFFDIO_UNREGISTER", result, pages);
    }
  }

  /** Protects registered pages, so that later stores are tracked and earlier ones forgotten. */
  public static void protect(int fd, MemorySegment pages) {
    int result = TrackingCalls.protect(fd, pages);
    if (result < 0) {
      throw failure("UFFDIO_WRITEPROTECT", result, pages);
    }
  }

  /** Returns the exception for a scan that failed. */
  public static RuntimeException scanFailure(int result, MemorySegment pages) {
    return failure("PAGEMAP_SCAN", result, pages);
  }

  private static RuntimeException failure(String request, int result, MemorySegment pages) {
    MapCountReserve.releaseOn(result);
    Failure failure = Failure.of("ioctl", result).arg(request).range(pages);
    return failure.because(TrackingErrors.request(failure.error())).exception();
  }
}
