package io.mman.internal.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Creates slices that may begin before their segment, because a segment need not begin where its
 * first page does.
 */
public final class Slices {
  private Slices() {}

  /**
   * Returns a part of the memory around a segment, with the segment's lifetime.
   *
   * @param offset the first byte, counted from the start of the segment; may be negative
   * @param length the size in bytes; if it is 0, the offset is ignored
   */
  public static MemorySegment of(MemorySegment segment, long offset, long length) {
    if (length == 0) {
      return segment.asSlice(0, 0);
    }
    if (offset >= 0) {
      return segment.asSlice(offset, length);
    }
    return at(segment.address() + offset, length, segment.scope());
  }

  /** Returns the memory at an address as a segment of a scope. */
  public static MemorySegment at(long address, long length, MemorySegment.Scope scope) {
    return MemorySegment.ofAddress(address).reinterpret(length, new ScopeArena(scope), null);
  }

  /** An arena that only provides its scope. */
  private record ScopeArena(MemorySegment.Scope scope) implements Arena {
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
      throw new UnsupportedOperationException("this arena only provides its scope");
    }

    @Override
    public void close() {
      throw new UnsupportedOperationException("this arena only provides its scope");
    }
  }
}
