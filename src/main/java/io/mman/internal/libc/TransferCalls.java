package io.mman.internal.libc;

import io.mman.internal.platform.Fcntl;
import io.mman.internal.platform.OpenFlags;
import java.lang.foreign.MemorySegment;

/**
 * The calls that move bytes between a descriptor and memory. The kernel reports a page of the
 * memory that cannot be accessed as EFAULT, without a signal. A call that a signal interrupts
 * (EINTR) is made again.
 */
public final class TransferCalls {
  // ssize_t pread(int fd, void *buf, size_t count, off_t offset);
  private static final CFunction PREAD = CFunction.blocking("pread");
  // ssize_t read(int fd, void *buf, size_t count);
  private static final CFunction READ = CFunction.blocking("read");
  // ssize_t write(int fd, const void *buf, size_t count);
  private static final CFunction WRITE = CFunction.blocking("write");
  // ssize_t pwrite(int fd, const void *buf, size_t count, off_t offset);
  private static final CFunction PWRITE = CFunction.blocking("pwrite");
  // ssize_t preadv2(int fd, const struct iovec *iov, int iovcnt, off_t offset, int flags);
  private static final CFunction PREADV2 = CFunction.blocking("preadv2");
  // ssize_t pwritev2(int fd, const struct iovec *iov, int iovcnt, off_t offset, int flags);
  private static final CFunction PWRITEV2 = CFunction.blocking("pwritev2");
  // int pipe2(int pipefd[2], int flags);
  private static final CFunction PIPE2 = new CFunction("pipe2");
  // int pipe(int pipefd[2]);
  private static final CFunction PIPE = new CFunction("pipe");

  private static final int FD_CLOEXEC = 1;

  private TransferCalls() {}

  /**
   * Reads from an offset of a file, which does not move the file offset.
   *
   * @return the number of bytes read, 0 at the end of the file, or the negative errno
   */
  public static long pread(int fd, MemorySegment target, long offset) {
    return transfer(PREAD, fd, target, offset);
  }

  /**
   * Reads from an offset of a file with flags of preadv2(2).
   *
   * @return the number of bytes read, 0 at the end of the file, or the negative errno
   * @throws UnsupportedOperationException if the C library lacks the function
   */
  public static long preadv2(int fd, MemorySegment target, long offset, int flags) {
    return transfer(PREADV2, fd, target, offset, flags);
  }

  /**
   * Writes to an offset of a file, which does not move the file offset.
   *
   * @return the number of bytes written, or the negative errno
   */
  public static long pwrite(int fd, MemorySegment source, long offset) {
    return transfer(PWRITE, fd, source, offset);
  }

  /**
   * Writes to an offset of a file with flags of pwritev2(2).
   *
   * @return the number of bytes written, or the negative errno
   * @throws UnsupportedOperationException if the C library lacks the function
   */
  public static long pwritev2(int fd, MemorySegment source, long offset, int flags) {
    return transfer(PWRITEV2, fd, source, offset, flags);
  }

  /** Returns whether the C library has preadv2, which musl lacks before 1.2.5. */
  public static boolean canReadWithFlags() {
    return PREADV2.exists();
  }

  /** Returns whether the C library has pwritev2, which musl lacks before 1.2.5. */
  public static boolean canWriteWithFlags() {
    return PWRITEV2.exists();
  }

  /** Returns the number of bytes read, 0 at the end, or the negative errno. */
  public static long read(int fd, MemorySegment target) {
    return transfer(READ, fd, target, 0);
  }

  /** Returns the number of bytes written, or the negative errno. */
  public static long write(int fd, MemorySegment source) {
    return transfer(WRITE, fd, source, 0);
  }

  private static long transfer(CFunction function, int fd, MemorySegment memory, long offset) {
    long result;
    do {
      result = function.callForLong(fd, memory.address(), memory.byteSize(), offset, 0, 0, memory);
    } while (result == Scratch.INTERRUPTED);
    return result;
  }

  private static long transfer(
      CFunction function, int fd, MemorySegment memory, long offset, int flags) {
    Scratch scratch = Scratch.get();
    scratch.putIovec(0, memory, memory.byteSize());
    long iovec = scratch.structureAddress();
    long result;
    do {
      result = function.callForLong(fd, iovec, 1, offset, flags, 0, memory);
    } while (result == Scratch.INTERRUPTED);
    return result;
  }

  /**
   * Creates a pipe, neither end of which blocks or is inherited by another program.
   *
   * @param ends receives the descriptors of the end to read and of the end to write, on success
   * @return 0, or the negative errno
   */
  public static int pipe(int[] ends) {
    Scratch scratch = Scratch.get();
    long pair = scratch.structureAddress();
    int result =
        PIPE2.exists() ? PIPE2.call(pair, pipeFlags(), 0, 0, 0) : PIPE.call(pair, 0, 0, 0, 0);
    if (result != 0) {
      return result;
    }
    // before another call uses the memory
    int[] created = {scratch.structure().getInt(0), scratch.structure().getInt(Integer.BYTES)};
    result = PIPE2.exists() ? 0 : setFlags(created);
    if (result == 0) {
      System.arraycopy(created, 0, ends, 0, ends.length);
    }
    return result;
  }

  private static int pipeFlags() {
    return OpenFlags.O_CLOEXEC.bits() | OpenFlags.O_NONBLOCK.bits();
  }

  /** Does what pipe2 would have done. Closes the pipe if that fails. */
  private static int setFlags(int[] ends) {
    for (int end : ends) {
      int result = FileCalls.fcntl(end, Fcntl.SETFD.number(), FD_CLOEXEC);
      if (result >= 0) {
        result = FileCalls.fcntl(end, Fcntl.SETFL.number(), OpenFlags.O_NONBLOCK.bits());
      }
      if (result < 0) {
        FileCalls.close(ends[0]);
        FileCalls.close(ends[1]);
        return result;
      }
    }
    return 0;
  }

  /** Returns the name of the function that {@link #pipe} calls. */
  public static String nameOfPipe() {
    return PIPE2.exists() ? "pipe2" : "pipe";
  }
}
