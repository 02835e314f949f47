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
  private static final String USERFAULTFD = "userfaultfd(2)";

  private WriteTracking() {}

  /**
   * Returns a descriptor for tracking, which is closed on exec.
   *
   * @throws UnsupportedOperationException if the kernel or a filter does not allow it
   */
  public static int open() {
    int fd = TrackingCalls.open();
    requireOpened("userfaultfd", fd, USERFAULTFD);
    int result = TrackingCalls.enable(fd);
    if (result < 0) {
      FileCalls.close(fd);
      requireOpened("ioctl(UFFDIO_API)", result, USERFAULTFD);
    }
    return fd;
  }

  private static void requireOpened(String call, int result, String what) {
    if (result < 0) {
      Failure failure = Failure.of(call, result);
      throw refused(failure, what, TrackingErrors.refusal(failure.error()));
    }
  }

  /**
   * Returns a descriptor of {@code /proc/self/pagemap}, which is closed on exec.
   *
   * @throws UnsupportedOperationException if the file cannot be used for tracking
   */
  public static int openPagemap() {
    int fd = TrackingCalls.openPagemap();
    requirePagemap("open", fd);
    try (PageScan scan = new PageScan(fd)) {
      int result = scan.run(MemorySegment.NULL);
      if (result < 0) {
        FileCalls.close(fd);
        requirePagemap("ioctl(PAGEMAP_SCAN)", result);
      }
    }
    return fd;
  }

  private static void requirePagemap(String call, int result) {
    if (result < 0) {
      Failure failure = Failure.of(call, result).arg("\"/proc/self/pagemap\"");
      String reason = TrackingErrors.refusalOfPagemap(failure.error());
      throw refused(failure, "PAGEMAP_SCAN of /proc/self/pagemap", reason);
    }
  }

  private static RuntimeException refused(Failure failure, String what, @Nullable String reason) {
    return reason == null
        ? failure.exception()
        : new UnsupportedOperationException(
            "changes cannot be tracked: "
                + what
                + " fails with "
                + failure.error()
                + ": "
                + reason);
  }

  /** Registers pages, which does not track them yet. */
  public static void register(int fd, MemorySegment pages) {
    boolean nearLimit = SystemCalls.enter();
    int result = TrackingCalls.register(fd, pages);
    if (result < 0) {
      throw failure("ioctl(UFFDIO_REGISTER)", result, pages);
    }
    MapCountReserve.leave(nearLimit);
  }

  /** Ends a registration. Pages that are not registered, or not mapped any more, do no harm. */
  public static void unregister(int fd, MemorySegment pages) {
    int result = TrackingCalls.unregister(fd, pages);
    if (result < 0 && result != -Errno.EINVAL.number() && result != -Errno.ENOENT.number()) {
      throw failure("ioctl(UFFDIO_UNREGISTER)", result, pages);
    }
  }

  /** Forgets earlier stores to registered pages, and tracks later ones. */
  public static void protect(int fd, MemorySegment pages) {
    int result = TrackingCalls.protect(fd, pages);
    if (result < 0) {
      throw failure("ioctl(UFFDIO_WRITEPROTECT)", result, pages);
    }
  }

  /** Returns the exception for a scan that has failed. */
  public static RuntimeException scanFailure(int result, MemorySegment pages) {
    return failure("ioctl(PAGEMAP_SCAN)", result, pages);
  }

  private static RuntimeException failure(String call, int result, MemorySegment pages) {
    MapCountReserve.releaseOn(result);
    Failure failure = Failure.of(call, result).range(pages);
    return failure.because(TrackingErrors.request(failure.error())).exception();
  }
}
