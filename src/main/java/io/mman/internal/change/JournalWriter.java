package io.mman.internal.change;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.mman.internal.file.OpenFile;
import io.mman.internal.region.Region;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Writes a journal through a buffer. The header is written last; until then, the file begins with
 * the header of an empty journal.
 */
final class JournalWriter {
  private static final ValueLayout.OfLong LONG =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final OpenFile file;
  private final MemorySegment buffer;
  private final JournalHeader header;
  private final CRC32C checksum;

  /** The offset in the file at which the contents of the buffer will be written. */
  private long position = JournalHeader.BYTES;

  /** The number of bytes in the buffer. */
  private long filled;

  /**
   * Creates a writer.
   *
   * @param buffer the buffer, whose size must be a multiple of the size of an entry for a range
   * @param header the header without its checksum
   */
  JournalWriter(OpenFile file, MemorySegment buffer, JournalHeader header) {
    this.file = file;
    this.buffer = buffer;
    this.header = header;
    this.checksum = header.startChecksum();
  }

  /** Writes the ranges, the contents of the pages, and the header. */
  void write(PageSet pages, Region region) {
    pages.forEach(this::putRange);
    putZeros(header.dataStart() - position - filled);
    flush();
    pages.forEach((offset, length) -> putBytes(region, offset, length));
    flush();
    JournalHeader complete = header.with((int) checksum.getValue());
    WholeTransfer.write(file, 0, MemorySegment.ofBuffer(complete.encode()));
  }

  private void putRange(long offset, long length) {
    buffer.set(LONG, filled, offset);
    buffer.set(LONG, filled + Long.BYTES, length);
    advance(JournalHeader.RANGE_BYTES);
  }

  private void putZeros(long bytes) {
    for (long left = bytes; left > 0; ) {
      MemorySegment zeros = room(left);
      zeros.fill((byte) 0);
      advance(zeros.byteSize());
      left -= zeros.byteSize();
    }
  }

  /** Copies bytes in the kernel, which reports a missing page as an error and not by a signal. */
  private void putBytes(Region region, long offset, long length) {
    for (long done = 0; done < length; ) {
      long copied = region.read(offset + done, room(length - done));
      advance(copied);
      done += copied;
    }
  }

  private MemorySegment room(long most) {
    return buffer.asSlice(filled, Math.min(most, buffer.byteSize() - filled));
  }

  private void advance(long bytes) {
    filled += bytes;
    if (filled == buffer.byteSize()) {
      flush();
    }
  }

  private void flush() {
    MemorySegment bytes = buffer.asSlice(0, filled);
    checksum.update(bytes.asByteBuffer());
    WholeTransfer.write(file, position, bytes);
    position += filled;
    filled = 0;
  }
}
