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
 * /proc/self/pagemap}. They are opened for the first tracker and closed with the last one. In a
 * child process that the JVM forks, no page is registered, and the descriptors are closed by exec.
 */
final class Userfault {
  /** The number of calls of {@link #acquire} without a {@link #release}. */
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
   * @throws UnsupportedOperationException if changes cannot be tracked in this process
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

  /** Loads the classes that report a failure, because no descriptor may be free at that time. */
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
