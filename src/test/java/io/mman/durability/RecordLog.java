package io.mman.durability;

import static java.nio.file.StandardOpenOption.WRITE;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;
import io.mman.Protection;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * A file of records like those of storage engines: each has its number, its length and a checksum
 * of these and of its bytes. The process that writes it prints after each sync the number of the
 * last synced record.
 */
final class RecordLog {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final long HEAD = 3 * Long.BYTES;
  private static final int MOST_BYTES = 3000;
  private static final long STEP = 64 << 10;

  private RecordLog() {}

  /** Where the records end, and how many there are. */
  record End(long offset, long count) {}

  /** Reads records up to the first that is not whole. */
  static End recover(MemorySegment log) {
    long offset = 0;
    long count = 0;
    while (isWhole(log, offset, count + 1)) {
      count++;
      offset += HEAD + log.get(LONG, offset + Long.BYTES);
    }
    return new End(offset, count);
  }

  private static boolean isWhole(MemorySegment log, long offset, long number) {
    if (offset + HEAD > log.byteSize() || log.get(LONG, offset) != number) {
      return false;
    }
    long length = log.get(LONG, offset + Long.BYTES);
    return length >= 0
        && length <= log.byteSize() - offset - HEAD
        && log.get(LONG, offset + 2 * Long.BYTES) == checksum(log, offset, length);
  }

  /** The bytes depend on the number, so that those of another record are recognized. */
  private static long append(MemorySegment log, long offset, long number) {
    byte[] bytes = bytes(number);
    log.set(LONG, offset, number);
    log.set(LONG, offset + Long.BYTES, bytes.length);
    MemorySegment.copy(bytes, 0, log, ValueLayout.JAVA_BYTE, offset + HEAD, bytes.length);
    log.set(LONG, offset + 2 * Long.BYTES, checksum(log, offset, bytes.length));
    return offset + HEAD + bytes.length;
  }

  private static byte[] bytes(long number) {
    Random random = new Random(number);
    byte[] bytes = new byte[random.nextInt(MOST_BYTES)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static long checksum(MemorySegment log, long offset, long length) {
    CRC32C checksum = new CRC32C();
    checksum.update(log.asSlice(offset, 2 * Long.BYTES).toArray(ValueLayout.JAVA_BYTE), 0, 16);
    byte[] bytes = log.asSlice(offset + HEAD, length).toArray(ValueLayout.JAVA_BYTE);
    checksum.update(bytes, 0, bytes.length);
    return checksum.getValue();
  }

  /** Appends until it is killed. */
  public static void main(String... arguments) throws IOException {
    DataOutputStream synced = new DataOutputStream(System.out);
    NativeFile file = NativeFile.open(Path.of(arguments[0]), WRITE);
    try (MappedRegion region =
        Mapping.file(file).protection(Protection.READ_WRITE).reserve(1L << 30).mapShared()) {
      End end = recover(region.segment());
      long offset = end.offset;
      for (long number = end.count + 1; ; number++) {
        if (offset + HEAD + MOST_BYTES > region.size()) {
          file.resize(region.size() + STEP);
          region.resize(region.size() + STEP);
        }
        long next = append(region.segment(), offset, number);
        if (number % 3 == 0) {
          region.sync(); // of all pages since the last time, and of any others
          synced.writeLong(number);
          synced.flush();
        }
        offset = next;
      }
    }
  }
}
