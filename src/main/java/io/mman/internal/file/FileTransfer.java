package io.mman.internal.file;

import io.mman.DirectLimits;
import io.mman.Errno;
import io.mman.ReadFlag;
import io.mman.WriteFlag;
import io.mman.internal.error.ErrorPreload;
import io.mman.internal.error.TransferErrors;
import io.mman.internal.libc.KernelCalls;
import io.mman.internal.platform.At;
import io.mman.internal.platform.StatxLayout;
import java.lang.foreign.MemorySegment;

/**
 * Reads and writes at a position of an open file. The arguments are checked first, before any
 * system call; {@link Transfer#run} then makes the calls.
 */
public final class FileTransfer {
  private FileTransfer() {}

  /** Loads the classes of transfers, while descriptors are free. */
  public static void prepareForMore() {
    ErrorPreload.initialize(Transfer.class, DirectLimits.class);
    ErrorPreload.initialize(PositionalRead.class, ReadFlag.class);
    ErrorPreload.initialize(PositionalWrite.class, WriteFlag.class);
    ErrorPreload.initialize(At.class, StatxLayout.class);
    TransferErrors.prepare();
  }

  /**
   * Reads from a position.
   *
   * @return the number of bytes read, or -1 if NOWAIT is given and the first byte is not in memory
   */
  public static long read(OpenFile file, long position, MemorySegment target, ReadFlag... flags) {
    PositionalRead read = new PositionalRead(file, position, target, flags.clone());
    requireAccessible(target);
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("the target is read-only");
    }
    requirePosition(position, target);
    return read.run();
  }

  /**
   * Writes to a position.
   *
   * @return the number of bytes written, or -1 if NOWAIT is given and the first byte has to wait
   */
  public static long write(OpenFile file, long position, MemorySegment source, WriteFlag... flags) {
    PositionalWrite write = new PositionalWrite(file, position, source, flags.clone());
    requireAccessible(source);
    requirePosition(position, source);
    write.requireSize();
    return write.run();
  }

  /** Throws what an access to the memory would throw, even if no byte of it is used. */
  private static void requireAccessible(MemorySegment memory) {
    if (!memory.scope().isAlive()) {
      throw new IllegalStateException("the memory is released: its arena is closed");
    }
    if (!memory.isAccessibleBy(Thread.currentThread())) {
      throw new WrongThreadException("the memory is confined to another thread");
    }
  }

  private static void requirePosition(long position, MemorySegment memory) {
    OpenFile.requireNotNegative("position", position);
    if (position > Long.MAX_VALUE - memory.byteSize()) {
      throw new IllegalArgumentException(
          "no file has " + memory.byteSize() + " bytes from position " + position + " on");
    }
  }

  /** Returns what direct and atomic transfers demand. */
  public static DirectLimits directLimits(OpenFile file) {
    int[] limits = new int[4];
    int fd = file.acquire();
    try {
      int result = KernelCalls.directLimits(fd, limits);
      if (result < 0
          && result != -Errno.ENOSYS.number()) { // a kernel without statx reports nothing
        throw file.failure("statx", result).exception();
      }
    } finally {
      file.release();
    }
    return new DirectLimits(limits[0], limits[1], limits[2], limits[3]);
  }
}
