package io.mman.internal.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.internal.platform.At;
import io.mman.internal.platform.Ioctl;
import io.mman.internal.platform.Kernel;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The calls that only Linux has: system calls made by syscall(2), and requests of ioctl(2). */
public final class KernelCalls {
  private static final FunctionDescriptor MSEAL_SHAPE =
      FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final FunctionDescriptor CACHESTAT_SHAPE =
      FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);

  /**
   * Has two addresses after the six arguments: syscall(2) ignores them, and the linker keeps their
   * arenas open.
   */
  private static final FunctionDescriptor COPY_SHAPE =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG,
          ADDRESS, ADDRESS);

  private static final long IOVEC_BYTES = 16;
  private static final long RENAME_NOREPLACE = 1;

  private KernelCalls() {}

  // long syscall(SYS_mseal, void *addr, size_t len, unsigned long flags);
  private static final class Mseal {
    static final MethodHandle CALL = Linking.linkVariadic("syscall", MSEAL_SHAPE, 1);
  }

  /** Seals a range, so that no later call can unmap it, move it or change its protection. */
  public static int mseal(MemorySegment range) {
    long number = Kernel.MSEAL.number();
    MemorySegment scratch = Scratch.get();
    try {
      return (int)
          Scratch.result(
              (long) Mseal.CALL.invokeExact(scratch, number, range, range.byteSize(), 0L), scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // long syscall(SYS_cachestat, unsigned fd, struct cachestat_range *, struct cachestat *,
  // unsigned);
  private static final class Cachestat {
    static final MethodHandle CALL = Linking.linkVariadic("syscall", CACHESTAT_SHAPE, 1);
  }

  /**
   * Counts the pages of a range of a file that are in the page cache.
   *
   * @param figures receives the numbers of cached, dirty, written back, evicted and recently
   *     evicted pages
   */
  public static int cachestat(int fd, long offset, long length, long[] figures) {
    long number = Kernel.CACHESTAT.number();
    MemorySegment scratch = Scratch.get();
    MemorySegment range = scratch.asSlice(Scratch.STRUCTURE, 2 * Long.BYTES);
    MemorySegment counts =
        scratch.asSlice(Scratch.STRUCTURE + range.byteSize(), (long) figures.length * Long.BYTES);
    range.setAtIndex(JAVA_LONG, 0, offset);
    range.setAtIndex(JAVA_LONG, 1, length);
    int result;
    try {
      do {
        result =
            (int)
                Scratch.result(
                    (long)
                        Cachestat.CALL.invokeExact(scratch, number, (long) fd, range, counts, 0L),
                    scratch);
      } while (result == Scratch.INTERRUPTED);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
    MemorySegment.copy(counts, JAVA_LONG, 0, figures, 0, figures.length);
    return result;
  }

  // int ioctl(int fd, unsigned long request, ... /* uint64_t *bytes */);
  private static final class Ioctls {
    static final MethodHandle CALL =
        Linking.linkVariadic(
            "ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), 2);
  }

  /** Stores the size of a block device into {@code bytes[0]}. */
  public static int blockDeviceSize(int fd, long[] bytes) {
    long request = Ioctl.BLKGETSIZE64.number();
    MemorySegment scratch = Scratch.get();
    MemorySegment size = scratch.asSlice(Scratch.STRUCTURE, Long.BYTES);
    int result;
    try {
      do {
        result = Scratch.result((int) Ioctls.CALL.invokeExact(scratch, fd, request, size), scratch);
      } while (result == Scratch.INTERRUPTED);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
    bytes[0] = size.get(JAVA_LONG, 0);
    return result;
  }

  // long syscall(SYS_process_vm_readv, pid_t pid, const struct iovec *local, unsigned long n,
  //              const struct iovec *remote, unsigned long m, unsigned long flags, ...);
  private static final class ProcessVm {
    static final MethodHandle CALL = Linking.linkVariadic("syscall", COPY_SHAPE, 1);
    static final long PID = ProcessHandle.current().pid();
  }

  /**
   * Copies between native segments of this process. A page of {@code source} that cannot be read is
   * reported as EFAULT and does not raise a signal. Returns the number of bytes copied, which may
   * be less than requested.
   */
  public static long copyFrom(MemorySegment source, MemorySegment target, long bytes) {
    return copy(Kernel.PROCESS_VM_READV, target, source, bytes);
  }

  /**
   * Copies between native segments of this process. A page of {@code target} that cannot be written
   * is reported as EFAULT and does not raise a signal. Returns the number of bytes copied, which
   * may be less than requested.
   */
  public static long copyTo(MemorySegment target, MemorySegment source, long bytes) {
    return copy(Kernel.PROCESS_VM_WRITEV, source, target, bytes);
  }

  private static long copy(Kernel call, MemorySegment local, MemorySegment remote, long bytes) {
    long number = call.number();
    MemorySegment scratch = Scratch.get();
    MemorySegment here = iovec(scratch, 0, local, bytes);
    MemorySegment there = iovec(scratch, 1, remote, bytes);
    try {
      return Scratch.result(
          (long)
              ProcessVm.CALL.invokeExact(
                  scratch, number, ProcessVm.PID, here, 1L, there, 1L, 0L, local, remote),
          scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // long syscall(SYS_renameat2, int olddirfd, const char *oldpath, int newdirfd,
  //              const char *newpath, unsigned int flags, ...);
  private static final class Renameat2 {
    /** Has the shape of the copies, because another shape would take milliseconds to link. */
    static final MethodHandle CALL = Linking.linkVariadic("syscall", COPY_SHAPE, 1);
  }

  /** Gives a file another name, which must not exist, instead of the one that it has. */
  public static int renameToNew(MemorySegment oldPath, MemorySegment newPath) {
    long number = Kernel.RENAMEAT2.number();
    long here = At.FDCWD.number();
    MemorySegment none = MemorySegment.NULL;
    MemorySegment scratch = Scratch.get();
    try {
      int result;
      do {
        result =
            (int)
                Scratch.result(
                    (long)
                        Renameat2.CALL.invokeExact(
                            scratch,
                            number,
                            here,
                            oldPath,
                            here,
                            newPath,
                            RENAME_NOREPLACE,
                            0L,
                            none,
                            none),
                    scratch);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  /** Fills a structure with the address as a number, which does not keep the arena open. */
  private static MemorySegment iovec(
      MemorySegment scratch, int index, MemorySegment segment, long bytes) {
    MemorySegment iovec = scratch.asSlice(Scratch.STRUCTURE + index * IOVEC_BYTES, IOVEC_BYTES);
    iovec.setAtIndex(JAVA_LONG, 0, segment.address());
    iovec.setAtIndex(JAVA_LONG, 1, bytes);
    return iovec;
  }
}
