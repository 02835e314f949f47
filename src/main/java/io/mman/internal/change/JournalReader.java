package io.mman.internal.change;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.mman.internal.file.OpenFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Reads a part of a journal from front to back through a buffer. */
final class JournalReader {
  private static final ValueLayout.OfLong LONG =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final OpenFile file;
  private final MemorySegment buffer;
  private final long end;

  /** Where the next byte to be read from the file is. */
  private long position;

  /** What has been read and not yet been returned. */
  private MemorySegment rest = MemorySegment.NULL;

  /**
   * Creates a reader of the bytes from one position to another.
   *
   * @param buffer whose size is a multiple of that of a range
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
   * Returns some of the next bytes, which are valid until the next call.
   *
   * @param most at least 1
   * @throws io.mman.MmanException if there are none, because the file ends too early
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
