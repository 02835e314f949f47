package io.mman.internal.file;

import io.mman.WriteFlag;
import io.mman.internal.error.Failure;
import io.mman.internal.error.TransferErrors;
import io.mman.internal.libc.TransferCalls;
import io.mman.internal.platform.Platform;
import java.lang.foreign.MemorySegment;

/** A write at a position: pwrite(2), or pwritev2(2) if there are flags. */
final class PositionalWrite extends Transfer {
  private final WriteFlag[] flags;
  private final int bits;
  private final long bytes;

  /**
   * Prepares a write. Bytes that are appended are written by one call, because other writers may
   * append something else before the next one.
   *
   * @throws UnsupportedOperationException if the platform lacks a flag, or the C library the
   *     function for flags
   */
  PositionalWrite(OpenFile file, long position, MemorySegment source, WriteFlag... flags) {
    super(
        file,
        position,
        source,
        contains(flags, WriteFlag.ATOMIC) || contains(flags, WriteFlag.APPEND),
        contains(flags, WriteFlag.NOWAIT));
    this.flags = flags;
    this.bits = bits(flags);
    this.bytes = source.byteSize();
  }

  private static boolean contains(WriteFlag[] flags, WriteFlag wanted) {
    for (WriteFlag flag : flags) {
      if (flag == wanted) {
        return true;
      }
    }
    return false;
  }

  private static int bits(WriteFlag... flags) {
    int bits = 0;
    for (WriteFlag flag : flags) {
      bits |= flag.bits();
    }
    if (bits != 0 && !TransferCalls.canWriteWithFlags()) {
      throw Platform.lacks("pwritev2");
    }
    return bits;
  }

  /** Refuses an atomic write that no single call can make, instead of writing a part. */
  void requireSize() {
    if (bytes > CALL_BYTES && contains(flags, WriteFlag.ATOMIC)) {
      throw new IllegalArgumentException(
          "an atomic write has at most " + CALL_BYTES + " bytes, not " + bytes);
    }
  }

  @Override
  long call(int fd, MemorySegment piece, long at) {
    return bits == 0
        ? TransferCalls.pwrite(fd, piece, at)
        : TransferCalls.pwritev2(fd, piece, at, bits);
  }

  @Override
  void fill(MemorySegment buffer, MemorySegment heap, long offset) {
    MemorySegment.copy(heap, offset, buffer, 0, buffer.byteSize());
  }

  @Override
  void drain(MemorySegment buffer, MemorySegment heap, long offset, long bytes) {}

  @Override
  String function() {
    return bits == 0 ? "pwrite" : "pwritev2";
  }

  @Override
  Failure explain(Failure failure, int fd) {
    if (bits != 0) {
      failure.flags(flags);
    }
    return failure.because(TransferErrors.write(failure.error(), fd, flags));
  }
}
