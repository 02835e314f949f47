package io.mman.internal.libc;

import io.mman.internal.platform.Ioctl;
import io.mman.internal.platform.Kernel;
import io.mman.internal.platform.OpenFlags;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The system calls that track stores to pages: {@code userfaultfd(2)} and its {@code ioctl(2)}
 * requests. Pages are write-protected. At the first store to a page, the kernel removes the
 * protection and lets the store proceed. {@link PageScan} finds the pages without protection.
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

  /** Opens a userfaultfd, which is closed on exec. Returns the descriptor or the negative errno. */
  public static int open() {
    // int syscall(SYS_userfaultfd, int flags);
    int flags = OpenFlags.O_CLOEXEC.bits() | OpenFlags.O_NONBLOCK.bits() | UFFD_USER_MODE_ONLY;
    return KernelCalls.SYSCALL.callAgain(Kernel.USERFAULTFD.number(), flags, 0, 0);
  }

  /** Enables the features of a new userfaultfd. Returns 0 or the negative errno. */
  public static int enable(int fd) {
    long features =
        UFFD_FEATURE_PAGEFAULT_FLAG_WP
            | UFFD_FEATURE_WP_HUGETLBFS_SHMEM
            | UFFD_FEATURE_WP_UNPOPULATED
            | UFFD_FEATURE_WP_ASYNC;
    return request(Ioctl.UFFDIO_API, fd, UFFD_API, features, MemorySegment.NULL);
  }

  /** Opens the file for {@link PageScan}. Returns a descriptor or the negative errno. */
  public static int openPagemap() {
    int flags = OpenFlags.O_RDONLY.bits() | OpenFlags.O_CLOEXEC.bits();
    return FileCalls.open(PAGEMAP, flags, 0);
  }

  /** Registers whole pages. Returns 0 or the negative errno. */
  public static int register(int fd, MemorySegment pages) {
    return request(Ioctl.UFFDIO_REGISTER, fd, UFFDIO_REGISTER_MODE_WP, pages);
  }

  /** Unregisters whole pages. Returns 0 or the negative errno. */
  public static int unregister(int fd, MemorySegment pages) {
    return request(Ioctl.UFFDIO_UNREGISTER, fd, 0, pages);
  }

  /**
   * Protects registered pages, so that later stores are recorded. Earlier stores are forgotten.
   * Returns 0 or the negative errno.
   */
  public static int protect(int fd, MemorySegment pages) {
    return request(Ioctl.UFFDIO_WRITEPROTECT, fd, UFFDIO_WRITEPROTECT_MODE_WP, pages);
  }

  /** Makes a request whose structure begins with a range of memory and a mode. */
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
