package io.mman.internal.change;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.mman.internal.file.OpenFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Reads part of a journal sequentially through a buffer. */
final class JournalReader {
  private static final ValueLayout.OfLong LONG =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final OpenFile file;
  private final MemorySegment buffer;
  private final long end;

  /** The offset in the file of the next byte to be read into the buffer. */
  private long position;

  /** The bytes of the buffer that have not been returned yet. */
  private MemorySegment rest = MemorySegment.NULL;

  /**
   * Creates a reader of the bytes between two offsets.
   *
   * @param buffer the buffer, whose size must be a multiple of the size of an entry for a range
   * @param start the offset of the first byte
   * @param end the offset after the last byte
   */
  JournalReader(OpenFile file, MemorySegment buffer, long start, long end) {
    this.file = file;
    this.buffer = buffer;
    this.position = start;
    this.end = end;
  }

  /** Returns whether all bytes have been returned. */
  boolean isAtEnd() {
    return rest.byteSize() == 0 && position == end;
  }

  /**
   * Returns at least one of the next bytes. They are valid until the next call.
   *
   * @param most the maximum number of bytes, at least 1
   * @throws io.mman.MmanException if the file ends before the next byte
   */
  MemorySegment next(long most) {
    if (rest.byteSize() == 0) {
      rest = buffer.asSlice(0, Math.min(buffer.byteSize(), Math.max(1, end - position)));
      WholeTransfer.read(file, position, rest);
      position += rest.byteSize();
    }
    MemorySegment bytes = rest.asSlice(0, Math.min(most, rest.byteSize()));
    rest = rest.asSlice(bytes.byteSize());
    return bytes;
  }

  long nextLong() {
    return next(Long.BYTES).get(LONG, 0);
  }
}
