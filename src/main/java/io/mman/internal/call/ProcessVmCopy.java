package io.mman.internal.call;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.error.MemoryErrors;
import io.mman.internal.libc.KernelCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Copies memory through the kernel, for which a missing page is an error and not a signal. Memory
 * on the Java heap has no fixed address, and is copied in pieces through a native buffer.
 */
public enum ProcessVmCopy {
  /** Copies from a region to other memory. */
  READ("process_vm_readv"),
  /** Copies from other memory into a region. */
  WRITE("process_vm_writev");

  private static final long BUFFER_BYTES = 64 << 10;

  private final String call;

  ProcessVmCopy(String call) {
    this.call = call;
  }

  /**
   * Copies between a region and other memory.
   *
   * @param region a range of the same size as {@code other}
   * @param file the path of the mapped file, for the exception
   * @return the number of bytes copied, less than the size if a later page is missing
   * @throws io.mman.MmanException if the first byte cannot be copied
   */
  public long copy(MemorySegment region, MemorySegment other, @Nullable Path file) {
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
          result = through(buffer, region.asSlice(done), other.asSlice(done));
          done += Math.max(0, result);
        }
      }
    }
    if (result < 0 && done == 0) { // otherwise the number of bytes is the result, as for read(2)
      boolean othersFault = isFaultOf(other, region, result);
      Failure failure = Failure.of(call, result).range(region).about(othersFault ? null : file);
      String faulty = othersFault ? (this == READ ? "target" : "source") : null;
      throw failure.because(MemoryErrors.copy(failure.error(), faulty)).exception();
    }
    return done;
  }

  /**
   * Returns whether nothing could be copied because of the other memory. Only a read shows without
   * a change of memory whether a page is there. If the source is, the other side is to blame.
   */
  private boolean isFaultOf(MemorySegment other, MemorySegment region, long result) {
    if (result != -Errno.EFAULT.number() || !other.isNative()) {
      return false;
    }
    MemorySegment source = this == READ ? region : other;
    try (Arena arena = Arena.ofConfined()) {
      boolean isReadable = KernelCalls.copyFrom(source, arena.allocate(1), 1) == 1;
      return isReadable == (this == READ);
    }
  }

  private long through(MemorySegment buffer, MemorySegment region, MemorySegment heap) {
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
