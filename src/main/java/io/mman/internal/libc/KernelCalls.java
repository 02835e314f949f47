package io.mman.internal.libc;

import io.mman.internal.platform.At;
import io.mman.internal.platform.Ioctl;
import io.mman.internal.platform.Kernel;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** The calls that only Linux has: system calls made by syscall(2), and requests of ioctl(2). */
public final class KernelCalls {
  // long syscall(long number, ...);
  static final CFunction SYSCALL = new CFunction("syscall", 1);
  // int ioctl(int fd, unsigned long request, ... /* uint64_t *bytes */);
  private static final CFunction IOCTL = new CFunction("ioctl", 2);
  // ssize_t process_vm_readv(pid_t pid, const struct iovec *local, unsigned long n,
  //                          const struct iovec *remote, unsigned long m, unsigned long flags);
  private static final CFunction PROCESS_VM_READV = new CFunction("process_vm_readv");
  // ssize_t process_vm_writev(as above);
  private static final CFunction PROCESS_VM_WRITEV = new CFunction("process_vm_writev");

  private static final int IOVEC_BYTES = 16;
  private static final int RENAME_NOREPLACE = 1;

  private KernelCalls() {}

  /** Seals a range, so that no later call can unmap it, move it or change its protection. */
  public static int mseal(MemorySegment range) {
    long number = Kernel.MSEAL.number();
    return SYSCALL.call(
        number, range.address(), range.byteSize(), 0, 0, 0, range, MemorySegment.NULL);
  }

  /**
   * Counts the pages of a range of a file that are in the page cache.
   *
   * @param figures receives the numbers of cached, dirty, written back, evicted and recently
   *     evicted pages
   */
  public static int cachestat(int fd, long offset, long length, long[] figures) {
    // long syscall(SYS_cachestat, unsigned fd, struct cachestat_range *, struct cachestat *,
    //              unsigned flags);
    long number = Kernel.CACHESTAT.number();
    Scratch scratch = Scratch.get();
    long range = scratch.structureAddress();
    ByteBuffer structure = scratch.structure();
    structure.putLong(0, offset);
    structure.putLong(Long.BYTES, length);
    int result;
    do {
      result = SYSCALL.call(number, fd, range, range + 2 * Long.BYTES, 0);
    } while (result == Scratch.INTERRUPTED);
    structure.asLongBuffer().get(2, figures);
    return result;
  }

  /** Stores the size of a block device into {@code bytes[0]}. */
  public static int blockDeviceSize(int fd, long[] bytes) {
    long request = Ioctl.BLKGETSIZE64.number();
    Scratch scratch = Scratch.get();
    int result = IOCTL.callAgain(fd, request, scratch.structureAddress(), 0);
    bytes[0] = scratch.structure().getLong(0);
    return result;
  }

  /**
   * Copies between native segments of this process. A page of {@code source} that cannot be read is
   * reported as EFAULT and does not raise a signal. Returns the number of bytes copied, which may
   * be less than requested.
   */
  public static long copyFrom(MemorySegment source, MemorySegment target, long bytes) {
    return copy(PROCESS_VM_READV, target, source, bytes);
  }

  /**
   * Copies between native segments of this process. A page of {@code target} that cannot be written
   * is reported as EFAULT and does not raise a signal. Returns the number of bytes copied, which
   * may be less than requested.
   */
  public static long copyTo(MemorySegment target, MemorySegment source, long bytes) {
    return copy(PROCESS_VM_WRITEV, source, target, bytes);
  }

  private static long copy(
      CFunction function, MemorySegment local, MemorySegment remote, long bytes) {
    Scratch scratch = Scratch.get();
    putIovec(scratch, 0, local, bytes);
    putIovec(scratch, 1, remote, bytes);
    long here = scratch.structureAddress();
    return function.callForLong(
        ProcessCalls.pid(), here, 1, here + IOVEC_BYTES, 1, 0, local, remote);
  }

  private static void putIovec(Scratch scratch, int index, MemorySegment segment, long bytes) {
    scratch.structure().putLong(index * IOVEC_BYTES, segment.address());
    scratch.structure().putLong(index * IOVEC_BYTES + Long.BYTES, bytes);
  }

  /** Gives a file another name, which must not exist, instead of the one that it has. */
  public static int renameToNew(MemorySegment oldPath, MemorySegment newPath) {
    // long syscall(SYS_renameat2, int olddirfd, const char *oldpath, int newdirfd,
    //              const char *newpath, unsigned int flags);
    long number = Kernel.RENAMEAT2.number();
    long here = At.FDCWD.number();
    int result;
    do {
      result =
          SYSCALL.call(
              number,
              here,
              oldPath.address(),
              here,
              newPath.address(),
              RENAME_NOREPLACE,
              oldPath,
              newPath);
    } while (result == Scratch.INTERRUPTED);
    return result;
  }
}
