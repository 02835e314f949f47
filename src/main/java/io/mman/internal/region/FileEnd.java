package io.mman.internal.region;

import io.mman.Advice;
import io.mman.Errno;
import io.mman.MmanException;
import io.mman.Protection;
import io.mman.internal.call.SystemCalls;
import io.mman.internal.file.OpenFile;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.platform.Ioctl;
import io.mman.internal.platform.Platform;
import java.lang.foreign.MemorySegment;

/**
 * Finds out where a file ends, before more of it is mapped. The kernel maps most files and devices
 * past their end, where every access raises SIGBUS.
 */
final class FileEnd {
  /** Stands for the length of a device if only its driver knows where it ends. */
  static final long UNKNOWN = Long.MAX_VALUE;

  private FileEnd() {}

  /** Returns the length in bytes, or {@link #UNKNOWN}. */
  static long of(OpenFile file, FileStatus status) {
    if (status.isRegular()) {
      return status.size();
    }
    return status.isBlockDevice() && Ioctl.BLKGETSIZE64.isHere() ? file.blockDeviceSize() : UNKNOWN;
  }

  /**
   * Refuses to let a region grow past the end of its file.
   *
   * @param start the byte of the file with which the region begins
   * @param newSize the size that the region is to have
   * @throws UnsupportedOperationException if it is not known where the file ends
   */
  static void requireReached(OpenFile file, FileStatus status, long start, long newSize) {
    long end = of(file, status);
    if (end == UNKNOWN) {
      throw new UnsupportedOperationException(
          "a region of the device \""
              + file.path()
              + "\" cannot grow, because its size is not known, and an access past its end"
              + " would raise SIGBUS: map the larger range instead");
    }
    if (newSize > end - start) {
      throw new IllegalArgumentException(
          "size "
              + newSize
              + " reaches past the end of \""
              + file.path()
              + "\", which has "
              + end
              + " bytes"
              + (status.isRegular() ? ": use extend, or resize the file first" : ""));
    }
  }

  /**
   * Refuses pages of a device of unknown length if the last one is missing. Shared pages of
   * /dev/zero, for example, are missing from any other offset than 0. Device memory that the kernel
   * does not manage cannot be checked without reading it.
   *
   * @param pages the pages in use
   * @throws IllegalArgumentException if an access would raise SIGBUS
   */
  static void requirePages(MemorySegment pages, Protection protection, Backing backing) {
    boolean accessible = protection.canRead() || protection.canWrite();
    if (!accessible || pages.byteSize() == 0 || !Platform.current().isLinux()) {
      return;
    }
    long page = backing.page();
    long last = PageRange.floor(pages.byteSize() - 1, page);
    Advice touch = protection.canRead() ? Advice.POPULATE_READ : Advice.POPULATE_WRITE;
    try {
      SystemCalls.madvise(pages.asSlice(last), touch, backing.path(), true);
    } catch (MmanException e) {
      if (e.error() == Errno.EFAULT) {
        throw new IllegalArgumentException(
            "the range reaches past the end of \""
                + backing.path()
                + "\", where an access would raise SIGBUS",
            e);
      }
      if (e.error() != Errno.EINVAL) { // the kernel cannot fault such pages in, or is too old
        throw e;
      }
    }
  }
}
