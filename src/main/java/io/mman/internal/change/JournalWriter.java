package io.mman.internal.change;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.mman.internal.file.OpenFile;
import io.mman.internal.region.Region;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Writes a journal from front to back through a buffer, but its header last: until then, the file
 * begins with the header of a journal that is empty.
 */
final class JournalWriter {
  private static final ValueLayout.OfLong LONG =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final OpenFile file;
  private final MemorySegment buffer;
  private final JournalHeader header;
  private final CRC32C checksum;

  /** Where the first byte of the buffer belongs. */
  private long position = JournalHeader.BYTES;

  /** How many bytes the buffer holds. */
  private long filled;

  /**
   * Creates a writer.
   *
   * @param buffer whose size is a multiple of that of a range
   * @param header the header, in which only the checksum is missing
   */
  JournalWriter(OpenFile file, MemorySegment buffer, JournalHeader header) {
    this.file = file;
    this.buffer = buffer;
    this.header = header;
    this.checksum = header.startChecksum();
  }

  /** Writes everything. */
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

  /** Copies bytes through the kernel, for which a missing page is an error and not a signal. */
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
