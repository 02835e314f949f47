package io.mman.examples;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * A log that one process appends to. A record consists of a checksum, a length and the bytes; the
 * checksum covers the length and the bytes. Opening the log truncates it before the first
 * incomplete record, which removes whatever a crash left unfinished.
 *
 * <p>The region reserves address space for the whole log, so it can grow without moving. The file
 * gets its disk blocks before anything is stored in them, so that a full disk causes an exception.
 * The arguments are the path of the log and the texts to append.
 */
public final class AppendLog implements AutoCloseable {
  static final long STEP = 1 << 20; // the step by which the file grows
  private static final int MAX_RECORD = 1 << 30;
  private static final long HEADER = 2 * Integer.BYTES;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final NativeFile file;
  private final MappedRegion region;
  private final long maxSize;
  private long end; // the end of the last record
  private long synced; // everything before this offset is on the disk

  /** Appends the texts, waits until they are on the disk, and prints the log. */
  public static void main(String... arguments) {
    Usage.require(1, arguments, "AppendLog PATH [TEXT...]");
    try (AppendLog log = open(Path.of(arguments[0]), 1L << 40)) {
      for (int i = 1; i < arguments.length; i++) {
        log.append(arguments[i].getBytes(StandardCharsets.UTF_8));
      }
      log.sync();
      log.forEach(record -> System.out.println(new String(record, StandardCharsets.UTF_8)));
    }
  }

  /** Opens or creates a log that may grow to {@code maxSize} bytes. */
  public static AppendLog open(Path path, long maxSize) {
    NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    try {
      if (!file.tryLock(false)) {
        throw new IllegalStateException("another process appends to " + path);
      }
      try (NativeFile folder = NativeFile.open(path.toAbsolutePath().getParent())) {
        folder.sync(); // the folder holds the name of a new file
      }
      return new AppendLog(file, maxSize);
    } catch (Throwable t) {
      file.close();
      throw t;
    }
  }

  private AppendLog(NativeFile file, long maxSize) {
    this.file = file;
    this.maxSize = maxSize;
    this.end = recover(file);
    this.synced = end;
    region = Mapping.file(file).readWrite().reserve(maxSize).mapConfined();
  }

  /** Truncates the file after its last complete record, and returns the new length. */
  private static long recover(NativeFile file) {
    long whole = 0;
    try (MappedRegion region = Mapping.file(file).mapConfined()) {
      for (long next; (next = next(region.segment(), whole)) > 0; ) {
        whole = next;
      }
    }
    file.resize(whole);
    file.sync(); // otherwise a second crash could restore old bytes after a new record
    return whole;
  }

  /** Returns the end of the record that starts at an offset, or -1 if it is incomplete. */
  private static long next(MemorySegment bytes, long at) {
    if (bytes.byteSize() - at < HEADER) {
      return -1;
    }
    int length = bytes.get(INT, at + Integer.BYTES);
    long next = at + HEADER + length;
    boolean fits = length >= 0 && length <= MAX_RECORD && next <= bytes.byteSize();
    return fits && bytes.get(INT, at) == checksum(bytes, at, length) ? next : -1;
  }

  private static int checksum(MemorySegment bytes, long at, int length) {
    CRC32C crc = new CRC32C();
    // Covers the length too, so that the zeros after the last record do not form a valid record.
    crc.update(bytes.asSlice(at + Integer.BYTES, Integer.BYTES + length).asByteBuffer());
    return (int) crc.getValue();
  }

  /** Appends a record. A crash may lose it until {@link #sync} has returned. */
  public void append(byte[] record) {
    long next = end + HEADER + record.length;
    if (record.length > MAX_RECORD || next > maxSize) {
      throw new IllegalArgumentException("the record is too large for this log: " + record.length);
    }
    if (next > region.size()) {
      long size = Math.min(maxSize, Math.ceilDiv(next, STEP) * STEP);
      region.extend(size); // allocates the blocks and extends the file, or changes nothing
    }
    MemorySegment bytes = region.segment();
    MemorySegment.copy(record, 0, bytes, ValueLayout.JAVA_BYTE, end + HEADER, record.length);
    bytes.set(INT, end + Integer.BYTES, record.length);
    bytes.set(INT, end, checksum(bytes, end, record.length));
    end = next;
  }

  /** Waits until all records are on the disk. */
  public void sync() {
    region.sync(synced, end - synced);
    synced = end;
  }

  /** Passes every record to the reader, the oldest one first. */
  public void forEach(Consumer<byte[]> reader) {
    MemorySegment bytes = region.segment();
    long length;
    for (long at = HEADER; at <= end; at += length + HEADER) {
      length = bytes.get(INT, at - Integer.BYTES);
      reader.accept(bytes.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE));
    }
  }

  /** Writes all remaining records, and truncates the file after the last one. */
  @Override
  public void close() {
    try (file) {
      try (region) {
        sync();
      }
      file.resize(end);
    }
  }
}
