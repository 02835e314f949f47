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

/** The calls by which stores to pages are tracked, with their errors in words. */
public final class WriteTracking {
  private WriteTracking() {}

  /**
   * Returns a descriptor for tracking, which is closed on exec.
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
   * Returns a descriptor of {@code /proc/self/pagemap}, which is closed on exec.
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

  /** Returns the exception for a call that is refused altogether, or for one that has failed. */
  private static RuntimeException refused(Failure failure, String what, @Nullable String reason) {
    RuntimeException cause = failure.because(reason).exception();
    String message = "changes cannot be tracked: " + what + " fails with " + failure.error();
    return reason == null
        ? cause
        : new UnsupportedOperationException(message + ": " + reason, cause);
  }

  /** Registers pages, which does not track them yet. */
  public static void register(int fd, MemorySegment pages) {
    boolean nearLimit = SystemCalls.enter();
    int result = TrackingCalls.register(fd, pages);
    if (result < 0) {
      throw failure("UFFDIO_REGISTER", result, pages);
    }
    MapCountReserve.leave(nearLimit);
  }

  /** Ends a registration. Pages that are not registered, or not mapped any more, do no harm. */
  public static void unregister(int fd, MemorySegment pages) {
    int result = TrackingCalls.unregister(fd, pages);
    if (result < 0 && result != -Errno.EINVAL.number() && result != -Errno.ENOENT.number()) {
      throw failure("UFFDIO_UNREGISTER", result, pages);
    }
  }

  /** Forgets earlier stores to registered pages, and tracks later ones. */
  public static void protect(int fd, MemorySegment pages) {
    int result = TrackingCalls.protect(fd, pages);
    if (result < 0) {
      throw failure("UFFDIO_WRITEPROTECT", result, pages);
    }
  }

  /** Returns the exception for a scan that has failed. */
  public static RuntimeException scanFailure(int result, MemorySegment pages) {
    return failure("PAGEMAP_SCAN", result, pages);
  }

  private static RuntimeException failure(String request, int result, MemorySegment pages) {
    MapCountReserve.releaseOn(result);
    Failure failure = Failure.of("ioctl", result).arg(request).range(pages);
    return failure.because(TrackingErrors.request(failure.error())).exception();
  }
}
