package io.mman.internal.call;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A copy between a region and other memory, and how far it has come. Several methods can be tried
 * one after the other. Memory on the Java heap has no fixed address, and is copied in pieces
 * through a native buffer.
 */
final class CopyProgress {
  private static final long BUFFER_BYTES = 64 << 10;

  private final boolean isRead;
  private final MemorySegment region;
  private final MemorySegment other;
  private long done;
  private long result;

  /**
   * Starts a copy.
   *
   * @param isRead whether bytes go from the region to the other memory
   * @param region a range of the same size as {@code other}
   */
  CopyProgress(boolean isRead, MemorySegment region, MemorySegment other) {
    this.isRead = isRead;
    this.region = region;
    this.other = other;
  }

  /** Returns the number of bytes copied so far. */
  long done() {
    return done;
  }

  /** Returns the last result of the last method. */
  long result() {
    return result;
  }

  boolean isComplete() {
    return done == other.byteSize();
  }

  /** Copies as much as a method can. */
  void proceed(CopyMethod method) {
    result = 1;
    if (other.isNative()) {
      while (result > 0 && !isComplete()) {
        result = method.copy(region.asSlice(done), other.asSlice(done));
        done += Math.max(0, result);
      }
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(Math.min(BUFFER_BYTES, other.byteSize() - done));
      while (result > 0 && !isComplete()) {
        result = copyThrough(buffer, method);
        done += Math.max(0, result);
      }
    }
  }

  private long copyThrough(MemorySegment buffer, CopyMethod method) {
    long bytes = Math.min(buffer.byteSize(), other.byteSize() - done);
    MemorySegment piece = buffer.asSlice(0, bytes);
    if (!isRead) {
      piece.copyFrom(other.asSlice(done, bytes));
    }
    long copied = method.copy(region.asSlice(done, bytes), piece);
    if (isRead && copied > 0) {
      MemorySegment.copy(piece, 0, other, done, copied);
    }
    return copied;
  }
}
