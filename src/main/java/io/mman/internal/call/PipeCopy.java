package io.mman.internal.call;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.error.FileErrors;
import io.mman.internal.error.MemoryErrors;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.libc.TransferCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Copies through a pipe, in two steps: write(2) fills it from one side, read(2) empties it into the
 * other. Every system has these calls.
 *
 * <p>The pipe lives as long as one copy. Keeping it would save about 5 µs, but would cost two
 * descriptors for each thread that ever copies. The pipe never blocks: when it is empty it takes at
 * least one byte, and only as much is read as was written.
 */
final class PipeCopy implements CopyMethod, AutoCloseable {
  /** The capacity of a pipe, if the user has not reached the limit {@code pipe-user-pages-soft}. */
  private static final long PIPE_BYTES = 64 << 10;

  private final boolean isRead;
  private final int[] ends = {-1, -1};

  /**
   * The call that failed last, and the memory that it was given: null if it was to create a pipe.
   */
  private String failedCall = "";

  private @Nullable MemorySegment failedSide;
  private boolean hasRegionFailed;

  /**
   * Prepares a copy, whose pipe is created when it is first needed.
   *
   * @param isRead whether bytes go from a region to other memory
   */
  PipeCopy(boolean isRead) {
    this.isRead = isRead;
  }

  /**
   * Copies as much as fits into the pipe. If that touches a missing page, it copies up to the next
   * page boundary on either side only. The calls do not report the bytes before a missing page
   * exactly.
   */
  @Override
  public long copy(MemorySegment region, MemorySegment other) {
    int opened = ends[0] >= 0 ? 0 : TransferCalls.pipe(ends);
    if (opened < 0) {
      failedCall = TransferCalls.nameOfPipe();
      return opened;
    }
    MemorySegment from = isRead ? region : other;
    MemorySegment to = isRead ? other : region;
    long bytes = Math.min(PIPE_BYTES, other.byteSize());
    long result = pass(from, to, bytes);
    long whole = Math.min(toPageEnd(from), toPageEnd(to));
    return result == -Errno.EFAULT.number() && whole < bytes ? pass(from, to, whole) : result;
  }

  private static long toPageEnd(MemorySegment memory) {
    long page = ProcessCalls.pageSize();
    return page - (memory.address() & (page - 1));
  }

  private long pass(MemorySegment from, MemorySegment to, long bytes) {
    long written = TransferCalls.write(ends[1], from.asSlice(0, bytes));
    if (written <= 0) {
      return failed("write", from, isRead, written);
    }
    long read = 0;
    while (read < written) {
      long result = TransferCalls.read(ends[0], to.asSlice(read, written - read));
      if (result <= 0) {
        failed("read", to, !isRead, result);
        return read > 0 ? read : result;
      }
      read += result;
    }
    return read;
  }

  /** Records the failure, and empties the pipe, in which BSD leaves bytes if a write fails. */
  private long failed(String call, MemorySegment side, boolean isRegion, long result) {
    failedCall = call;
    failedSide = side;
    hasRegionFailed = isRegion;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rest = arena.allocate(PIPE_BYTES);
      long bytes = 1;
      while (bytes > 0) {
        bytes = TransferCalls.read(ends[0], rest);
      }
    }
    return result;
  }

  /**
   * Returns the exception for the last failure.
   *
   * @param file the path of the mapped file
   */
  RuntimeException exception(long result, @Nullable Path file) {
    Failure failure = Failure.of(failedCall, result);
    Errno errno = failure.error();
    if (failedSide == null) {
      return ProcessVmCopy.isRefusal(errno)
          ? new UnsupportedOperationException(
              "the system or a seccomp filter forbids process_vm_readv, process_vm_writev and "
                  + failedCall)
          : failure.because(FileErrors.pipe(errno)).exception();
    }
    failure.arg("pipe").range(failedSide);
    return hasRegionFailed
        ? failure.about(file).because(MemoryErrors.copy(errno)).exception()
        : failure.because(MemoryErrors.copyOther(errno, isRead)).exception();
  }

  @Override
  public void close() {
    for (int i = 0; i < ends.length; i++) {
      if (ends[i] >= 0) {
        FileCalls.close(ends[i]);
      }
      ends[i] = -1;
    }
  }
}
