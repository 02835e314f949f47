package io.mman.internal.libc;

import io.mman.internal.platform.At;
import io.mman.internal.platform.Ioctl;
import io.mman.internal.platform.Kernel;
import io.mman.internal.platform.StatxLayout;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** The calls that only Linux has: system calls made by syscall(2), and requests of ioctl(2). */
public final class KernelCalls {
  // long syscall(long number, ...);
  static final CFunction SYSCALL = new CFunction("syscall", 1);
  // int ioctl(int fd, unsigned long request, ... /* uint64_t *bytes */);
  static final CFunction IOCTL = new CFunction("ioctl", 2);
  // ssize_t process_vm_readv(pid_t pid, const struct iovec *local, unsigned long n,
  //                          const struct iovec *remote, unsigned long m, unsigned long flags);
  private static final CFunction PROCESS_VM_READV = CFunction.blocking("process_vm_readv");
  // ssize_t process_vm_writev(as above);
  private static final CFunction PROCESS_VM_WRITEV = CFunction.blocking("process_vm_writev");

  private static final int RENAME_NOREPLACE = 1;

  /** {@code PIDFD_SELF_THREAD}, which only recent kernels take in place of a descriptor. */
  public static final int SELF = -10000;

  /** The size of a range in an array of {@code struct iovec}: an address and a length. */
  public static final int IOVEC_BYTES = Scratch.IOVEC_BYTES;

  private KernelCalls() {}

  /** Seals a range, so that no later call can unmap it, move it or change its protection. */
  public static int mseal(MemorySegment range) {
    long number = Kernel.MSEAL.number();
    return SYSCALL.call(number, range.address(), range.byteSize(), 0, 0, 0, range);
  }

  /**
   * Gives advice on ranges of the memory of this process.
   *
   * @param self a descriptor of this process, or {@link #SELF}
   * @param iovecs the ranges
   * @param held a segment with the lifetime of all ranges
   * @return the bytes of the ranges that were advised before one failed, or the negative errno
   */
  public static long processMadvise(
      int self, MemorySegment iovecs, int count, int advice, MemorySegment held) {
    // long syscall(SYS_process_madvise, int pidfd, const struct iovec *iovec, size_t vlen,
    //              int advice, unsigned int flags);
    long number = Kernel.PROCESS_MADVISE.number();
    return SYSCALL.callForLong(number, self, iovecs.address(), count, advice, 0, held, iovecs);
  }

  /** Returns a descriptor of this process, which is closed on exec, or the negative errno. */
  public static int openSelf() {
    return SYSCALL.call(Kernel.PIDFD_OPEN.number(), ProcessCalls.pidNow(), 0, 0, 0);
  }

  /** Returns a descriptor of a process, which is closed on exec, or the negative errno. */
  public static int openProcess(int pid) {
    return SYSCALL.callAgain(Kernel.PIDFD_OPEN.number(), pid, 0, 0);
  }

  /**
   * Duplicates a descriptor of another process.
   *
   * @param process a descriptor of the process
   * @param fd the number of the descriptor in the process
   * @return a descriptor, which is closed on exec, or the negative errno
   */
  public static int duplicate(int process, int fd) {
    // long syscall(SYS_pidfd_getfd, int pidfd, int targetfd, unsigned int flags);
    return SYSCALL.callAgain(Kernel.PIDFD_GETFD.number(), process, fd, 0);
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
   * Reads what direct and atomic transfers demand of an open file.
   *
   * @param limits receives the alignment of memory, that of positions, the least and the greatest
   *     size of an atomic write; 0 where the kernel does not report a figure
   */
  public static int directLimits(int fd, int[] limits) {
    int result = statx(fd, StatxLayout.STATX_DIOALIGN | StatxLayout.STATX_WRITE_ATOMIC);
    if (result == 0) {
      ByteBuffer statx = Scratch.get().structure();
      limits[0] = StatxLayout.memoryAlignment(statx);
      limits[1] = StatxLayout.offsetAlignment(statx);
      limits[2] = StatxLayout.atomicMin(statx);
      limits[3] = StatxLayout.atomicMax(statx);
    }
    return result;
  }

  /**
   * Reads when an open file was created, which nobody can change later.
   *
   * @param time receives seconds and nanoseconds; 0 where the file system does not record them
   */
  public static int birthTime(int fd, long[] time) {
    int result = statx(fd, StatxLayout.STATX_BTIME);
    if (result == 0) {
      ByteBuffer statx = Scratch.get().structure();
      time[0] = StatxLayout.birthSeconds(statx);
      time[1] = StatxLayout.birthNanos(statx);
    }
    return result;
  }

  /** Reads the status of an open file into the scratch memory of the thread. */
  private static int statx(int fd, int mask) {
    // long syscall(SYS_statx, int dirfd, const char *pathname, int flags, unsigned int mask,
    //              struct statx *statxbuf);
    long number = Kernel.STATX.number();
    Scratch scratch = Scratch.get();
    long statx = scratch.structureAddress();
    scratch.structure().put(StatxLayout.BYTES, (byte) 0);
    long emptyPath = statx + StatxLayout.BYTES;
    int emptyPathFlag = At.EMPTY_PATH.number();
    MemorySegment none = MemorySegment.NULL;
    int result;
    do {
      result = SYSCALL.call(number, fd, emptyPath, emptyPathFlag, mask, statx, none);
    } while (result == Scratch.INTERRUPTED);
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
    scratch.putIovec(0, local, bytes);
    scratch.putIovec(1, remote, bytes);
    long here = scratch.structureAddress();
    return function.callForLong(
        ProcessCalls.pid(), here, 1, here + Scratch.IOVEC_BYTES, 1, 0, local, remote);
  }

  /**
   * Gives a file another name, which must not exist, instead of the one that it has. The names are
   * in an arena of this thread, which cannot be closed meanwhile.
   */
  public static int renameToNew(MemorySegment oldPath, MemorySegment newPath) {
    // long syscall(SYS_renameat2, int olddirfd, const char *oldpath, int newdirfd,
    //              const char *newpath, unsigned int flags);
    long number = Kernel.RENAMEAT2.number();
    long here = At.FDCWD.number();
    int result;
    do {
      result =
          SYSCALL.call(
              number, here, oldPath.address(), here, newPath.address(), RENAME_NOREPLACE, oldPath);
    } while (result == Scratch.INTERRUPTED);
    return result;
  }
}
