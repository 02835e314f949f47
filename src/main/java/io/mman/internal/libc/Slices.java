package io.mman.internal.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Parts of segments, which may begin before them: a page does not begin where a segment does. */
public final class Slices {
  private Slices() {}

  /**
   * Returns a part of the memory around a segment, with the segment's lifetime.
   *
   * @param offset first byte, counted from the start of the segment; may be negative
   * @param length bytes; an empty part is that at the start of the segment
   */
  public static MemorySegment of(MemorySegment segment, long offset, long length) {
    if (length == 0) {
      return segment.asSlice(0, 0);
    }
    if (offset >= 0) {
      return segment.asSlice(offset, length);
    }
    return around(segment, offset, length);
  }

  /** The same in one way for all, so that the compiler need not make an object of it. */
  static MemorySegment around(MemorySegment segment, long offset, long length) {
    return MemorySegment.ofAddress(segment.address() + offset)
        .reinterpret(length, new ScopeArena(segment.scope()), null);
  }

  /** An arena that lends a scope. */
  private record ScopeArena(MemorySegment.Scope scope) implements Arena {
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
      throw new UnsupportedOperationException("lends its scope only");
    }

    @Override
    public void close() {
      throw new UnsupportedOperationException("lends its scope only");
    }
  }
}
