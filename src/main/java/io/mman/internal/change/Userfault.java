package io.mman.internal.change;

import io.mman.internal.call.WriteTracking;
import io.mman.internal.error.ErrorPreload;
import io.mman.internal.error.TrackingErrors;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.PageScan;
import io.mman.internal.libc.TrackingCalls;
import io.mman.internal.platform.Ioctl;
import io.mman.internal.platform.Kernel;
import io.mman.internal.platform.OpenFlags;
import org.jspecify.annotations.Nullable;

/**
 * The two descriptors that all trackers of the process share: a userfaultfd and {@code
 * /proc/self/pagemap}. They are opened for the first tracker and closed with the last. A child that
 * the JVM forks closes them when it executes its program, and none of its pages is registered.
 */
final class Userfault {
  /** The number of users of {@link #shared}. */
  private static int users;

  private static @Nullable Userfault shared;

  private final int fd;
  private final int pagemap;

  private Userfault(int fd, int pagemap) {
    this.fd = fd;
    this.pagemap = pagemap;
  }

  /**
   * Returns the descriptors, which stay open until {@link #release}.
   *
   * @throws UnsupportedOperationException if changes cannot be tracked here
   */
  static synchronized Userfault acquire() {
    Userfault found = shared;
    if (found == null) {
      found = open();
      shared = found;
    }
    users++;
    return found;
  }

  static synchronized void release() {
    users--;
    Userfault last = shared;
    if (users == 0 && last != null) {
      shared = null;
      FileCalls.close(last.pagemap);
      FileCalls.close(last.fd);
    }
  }

  private static Userfault open() {
    prepare();
    int fd = WriteTracking.open();
    boolean done = false;
    try {
      Userfault opened = new Userfault(fd, WriteTracking.openPagemap());
      done = true;
      return opened;
    } finally {
      if (!done) {
        FileCalls.close(fd);
      }
    }
  }

  /** Loads what the report of a failure needs, because no descriptor may be free then. */
  private static void prepare() {
    try {
      ErrorPreload.prepareForFiles();
      ErrorPreload.initialize(TrackingCalls.class, PageScan.class, TrackingErrors.class);
      ErrorPreload.initialize(Kernel.class, Ioctl.class, OpenFlags.class);
    } catch (LinkageError | RuntimeException e) {
      // Resources have run out already; the requested operation may still succeed.
    }
  }

  int fd() {
    return fd;
  }

  int pagemap() {
    return pagemap;
  }
}
