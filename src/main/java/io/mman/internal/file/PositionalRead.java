package io.mman.internal.file;

import io.mman.ReadFlag;
import io.mman.internal.error.Failure;
import io.mman.internal.error.TransferErrors;
import io.mman.internal.libc.TransferCalls;
import io.mman.internal.platform.Platform;
import java.lang.foreign.MemorySegment;

/** A read at a position: pread(2), or preadv2(2) if there are flags. */
final class PositionalRead extends Transfer {
  private final ReadFlag[] flags;
  private final int bits;

  /**
   * Prepares a read.
   *
   * @throws UnsupportedOperationException if the platform lacks a flag, or the C library the
   *     function for flags
   */
  PositionalRead(OpenFile file, long position, MemorySegment target, ReadFlag... flags) {
    super(file, position, target, false, contains(flags, ReadFlag.NOWAIT));
    this.flags = flags;
    this.bits = bits(flags);
  }

  private static boolean contains(ReadFlag[] flags, ReadFlag wanted) {
    for (ReadFlag flag : flags) {
      if (flag == wanted) {
        return true;
      }
    }
    return false;
  }

  private static int bits(ReadFlag... flags) {
    int bits = 0;
    for (ReadFlag flag : flags) {
      bits |= flag.bits();
    }
    if (bits != 0 && !TransferCalls.canReadWithFlags()) {
      throw Platform.lacks("preadv2");
    }
    return bits;
  }

  @Override
  long call(int fd, MemorySegment piece, long at) {
    return bits == 0
        ? TransferCalls.pread(fd, piece, at)
        : TransferCalls.preadv2(fd, piece, at, bits);
  }

  @Override
  void fill(MemorySegment buffer, MemorySegment heap, long offset) {}

  @Override
  void drain(MemorySegment buffer, MemorySegment heap, long offset, long bytes) {
    MemorySegment.copy(buffer, 0, heap, offset, bytes);
  }

  @Override
  String function() {
    return bits == 0 ? "pread" : "preadv2";
  }

  @Override
  Failure explain(Failure failure, int fd) {
    if (bits != 0) {
      failure.flags(flags);
    }
    return failure.because(TransferErrors.read(failure.error(), fd));
  }
}
