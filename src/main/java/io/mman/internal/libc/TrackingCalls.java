package io.mman.internal.libc;

import io.mman.internal.platform.Ioctl;
import io.mman.internal.platform.Kernel;
import io.mman.internal.platform.OpenFlags;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The calls by which stores to pages are tracked: {@code userfaultfd(2)} and its requests of {@code
 * ioctl(2)}. Pages are protected against writing; the kernel notes the first store to each page,
 * removes the protection by itself, and lets the store go on. {@link PageScan} finds these pages.
 */
public final class TrackingCalls {
  // linux/userfaultfd.h
  private static final int UFFD_USER_MODE_ONLY = 1;
  private static final long UFFD_API = 0xaa;
  private static final long UFFD_FEATURE_PAGEFAULT_FLAG_WP = 1;
  private static final long UFFD_FEATURE_WP_HUGETLBFS_SHMEM = 1 << 12;
  private static final long UFFD_FEATURE_WP_UNPOPULATED = 1 << 13;
  private static final long UFFD_FEATURE_WP_ASYNC = 1 << 15;
  private static final long UFFDIO_REGISTER_MODE_WP = 1 << 1;
  private static final long UFFDIO_WRITEPROTECT_MODE_WP = 1;

  private static final byte[] PAGEMAP = "/proc/self/pagemap".getBytes(StandardCharsets.US_ASCII);

  private TrackingCalls() {}

  /** Returns a descriptor for tracking, which is closed on exec, or the negative errno. */
  public static int open() {
    // int syscall(SYS_userfaultfd, int flags);
    int flags = OpenFlags.O_CLOEXEC.bits() | OpenFlags.O_NONBLOCK.bits() | UFFD_USER_MODE_ONLY;
    return KernelCalls.SYSCALL.callAgain(Kernel.USERFAULTFD.number(), flags, 0, 0);
  }

  /** Asks a new descriptor for what tracking needs. Returns 0 or the negative errno. */
  public static int enable(int fd) {
    long features =
        UFFD_FEATURE_PAGEFAULT_FLAG_WP
            | UFFD_FEATURE_WP_HUGETLBFS_SHMEM
            | UFFD_FEATURE_WP_UNPOPULATED
            | UFFD_FEATURE_WP_ASYNC;
    return request(Ioctl.UFFDIO_API, fd, UFFD_API, features, MemorySegment.NULL);
  }

  /** Opens the file that {@link PageScan} needs. Returns a descriptor or the negative errno. */
  public static int openPagemap() {
    int flags = OpenFlags.O_RDONLY.bits() | OpenFlags.O_CLOEXEC.bits();
    return FileCalls.open(PAGEMAP, flags, 0);
  }

  /** Registers whole pages. Returns 0 or the negative errno. */
  public static int register(int fd, MemorySegment pages) {
    return request(Ioctl.UFFDIO_REGISTER, fd, UFFDIO_REGISTER_MODE_WP, pages);
  }

  /** Ends the registration of pages. Returns 0 or the negative errno. */
  public static int unregister(int fd, MemorySegment pages) {
    return request(Ioctl.UFFDIO_UNREGISTER, fd, 0, pages);
  }

  /**
   * Protects registered pages, so that a store is noted from now on. Earlier stores are forgotten.
   * Returns 0 or the negative errno.
   */
  public static int protect(int fd, MemorySegment pages) {
    return request(Ioctl.UFFDIO_WRITEPROTECT, fd, UFFDIO_WRITEPROTECT_MODE_WP, pages);
  }

  /** Makes a request whose structure is a range of memory and a mode, or begins with them. */
  private static int request(Ioctl request, int fd, long mode, MemorySegment pages) {
    Scratch.get().structure().putLong(2 * Long.BYTES, mode);
    return request(request, fd, pages.address(), pages.byteSize(), pages);
  }

  private static int request(Ioctl request, int fd, long first, long second, MemorySegment held) {
    Scratch scratch = Scratch.get();
    ByteBuffer structure = scratch.structure();
    structure.putLong(0, first);
    structure.putLong(Long.BYTES, second);
    int result;
    do {
      result =
          KernelCalls.IOCTL.call(fd, request.number(), scratch.structureAddress(), 0, 0, 0, held);
    } while (result == Scratch.INTERRUPTED);
    return result;
  }
}
