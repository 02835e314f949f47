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

  /** The address from which on the pages show the bytes of the file again, and how many they do. */
  private final long middle;

  private final long half;

  /**
   * Prepares a copy.
   *
   * @param fd a descriptor of the file, which stays open during the copy
   * @param region the range to copy from
   * @param offset the byte of the file with which that range begins
   */
  public FileCopy(int fd, MemorySegment region, long offset) {
    this(fd, offset - region.address(), Long.MAX_VALUE, 0);
  }

  private FileCopy(int fd, long shift, long middle, long half) {
    this.fd = fd;
    this.shift = shift;
    this.middle = middle;
    this.half = half;
  }

  /**
   * Prepares a copy from pages that are mapped from the same range of the file twice.
   *
   * @param offset the byte of the file with which the range to copy from would begin if the second
   *     half of the pages continued the first in the file
   * @param start the address of the first of all pages
   * @param half the size of one half in bytes
   */
  public static FileCopy mirrored(
      int fd, MemorySegment region, long offset, long start, long half) {
    return new FileCopy(fd, offset - region.address(), start + half, half);
  }

  @Override
  public long copy(MemorySegment region, MemorySegment other) {
    long address = region.address();
    boolean isBefore = address < middle;
    long most = isBefore ? Math.min(MOST_BYTES, middle - address) : MOST_BYTES;
    MemorySegment target = other.asSlice(0, Math.min(other.byteSize(), most));
    return TransferCalls.pread(fd, target, address + shift - (isBefore ? 0 : half));
  }
}
