package io.mman.internal.call;

import io.mman.internal.libc.TransferCalls;
import java.lang.foreign.MemorySegment;

/**
 * Copies out of a region with pread(2), from the file that its pages share. It copies up to the end
 * of the file, which may lie inside a page. There is no counterpart that copies into a region,
 * because pwrite(2) would extend a file that another process truncates at the same moment.
 */
public final class FileCopy implements CopyMethod {
  /** macOS refuses to read more than {@code INT_MAX} bytes at once. */
  private static final long MOST_BYTES = 1 << 30;

  private final int fd;
  private final long shift;

  /**
   * Prepares a copy.
   *
   * @param fd a descriptor of the file, which stays open during the copy
   * @param region the range to copy from
   * @param offset the byte of the file with which that range begins
   */
  public FileCopy(int fd, MemorySegment region, long offset) {
    this.fd = fd;
    this.shift = offset - region.address();
  }

  @Override
  public long copy(MemorySegment region, MemorySegment other) {
    long bytes = Math.min(other.byteSize(), MOST_BYTES);
    return TransferCalls.pread(fd, other.asSlice(0, bytes), region.address() + shift);
  }
}
