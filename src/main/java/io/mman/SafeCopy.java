package io.mman;

import io.mman.libc.KernelCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Copies through the kernel, to which a page that is gone is an error and not a signal. Memory on
 * the Java heap, of which the kernel cannot have the address, is copied in pieces over a buffer.
 */
enum SafeCopy {
  /** Out of a region. */
  READ("process_vm_readv"),
  /** Into a region. */
  WRITE("process_vm_writev");

  private static final long BUFFER_BYTES = 64 << 10;

  private final String call;

  SafeCopy(String call) {
    this.call = call;
  }

  /**
   * Copies between a region and other memory.
   *
   * @param region as many bytes as {@code other}
   * @return the bytes copied, fewer than asked for where a page behind them is gone
   * @throws MmanException if none can be copied
   */
  long copy(MemorySegment region, MemorySegment other, @Nullable Path file) {
    if (this == READ && other.isReadOnly()) {
      throw new IllegalArgumentException("the target is read-only");
    }
    long done = 0;
    long result = 0;
    if (other.isNative()) {
      while (result >= 0 && done < other.byteSize()) {
        result = once(region.asSlice(done), other.asSlice(done));
        done += Math.max(0, result);
      }
    } else {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment buffer = arena.allocate(Math.min(BUFFER_BYTES, other.byteSize()));
        while (result >= 0 && done < other.byteSize()) {
          result = over(buffer, region.asSlice(done), other.asSlice(done));
          done += Math.max(0, result);
        }
      }
    }
    if (result < 0 && done == 0) { // behind bytes already copied, their number tells, as in read(2)
      Failure failure = Failure.of(call, result).range(region).about(file);
      throw failure.because(Causes.copy(failure.error())).exception();
    }
    return done;
  }

  private long over(MemorySegment buffer, MemorySegment region, MemorySegment heap) {
    long bytes = Math.min(buffer.byteSize(), heap.byteSize());
    MemorySegment piece = buffer.asSlice(0, bytes);
    if (this == WRITE) {
      piece.copyFrom(heap.asSlice(0, bytes));
    }
    long result = once(region, piece);
    if (this == READ && result > 0) {
      MemorySegment.copy(piece, 0, heap, 0, result);
    }
    return result;
  }

  private long once(MemorySegment region, MemorySegment other) {
    return this == READ
        ? KernelCalls.copyFrom(region, other, other.byteSize())
        : KernelCalls.copyTo(region, other, other.byteSize());
  }
}
