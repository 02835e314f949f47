package io.mman.examples;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;
import io.mman.Protection;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * A log that one process appends to. A record is a checksum, a length and the bytes; the checksum
 * is that of length and bytes. What a crash left unfinished is cut off when the log is opened: the
 * first record that is not whole, and all behind it.
 *
 * <p>The region has address space for the whole log, so it grows where it is; the file has its disk
 * blocks before anything is stored in them, so a full disk is an exception. Arguments: the log's
 * path, then texts to append.
 */
public final class AppendLog implements AutoCloseable {
  static final long STEP = 1 << 20; // what the file grows by
  private static final int MAX_RECORD = 1 << 30;
  private static final long HEADER = 2 * Integer.BYTES;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final NativeFile file;
  private final MappedRegion region;
  private final long maxSize;
  private long end; // of the last record
  private long synced; // what is before it is on the disk

  /** Prints the log after the texts are on the disk. */
  public static void main(String... arguments) {
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
        folder.sync(); // the name of a new file is in there
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
    region = Mapping.file(file).protection(Protection.READ_WRITE).reserve(maxSize).mapConfined();
  }

  /** Cuts the file behind its last whole record, and returns its length then. */
  private static long recover(NativeFile file) {
    long whole = 0;
    try (MappedRegion region = Mapping.file(file).mapConfined()) {
      for (long next; (next = next(region.segment(), whole)) > 0; ) {
        whole = next;
      }
    }
    file.resize(whole);
    file.sync(); // else a second crash could bring back old bytes behind a new record
    return whole;
  }

  /** Returns where the record that starts at some offset ends, or -1 if it is not whole. */
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
    // The length too: zeros, which is what the file has behind its last record, are no record.
    crc.update(bytes.asSlice(at + Integer.BYTES, Integer.BYTES + length).asByteBuffer());
    return (int) crc.getValue();
  }

  /** Appends a record, which may be lost in a crash until {@link #sync} returns. */
  public void append(byte[] record) {
    long next = end + HEADER + record.length;
    if (record.length > MAX_RECORD || next > maxSize) {
      throw new IllegalArgumentException("too much for this log: " + record.length);
    }
    if (next > region.size()) {
      long size = Math.min(maxSize, Math.ceilDiv(next, STEP) * STEP);
      file.allocate(end, size - end); // which makes the file longer too
      region.resize(size);
    }
    MemorySegment bytes = region.segment();
    MemorySegment.copy(record, 0, bytes, ValueLayout.JAVA_BYTE, end + HEADER, record.length);
    bytes.set(INT, end + Integer.BYTES, record.length);
    bytes.set(INT, end, checksum(bytes, end, record.length));
    end = next;
  }

  /** Returns when all records are on the disk. */
  public void sync() {
    region.sync(synced, end - synced);
    synced = end;
  }

  /** Passes every record on, the oldest first. */
  public void forEach(Consumer<byte[]> reader) {
    MemorySegment bytes = region.segment();
    long length;
    for (long at = HEADER; at <= end; at += length + HEADER) {
      length = bytes.get(INT, at - Integer.BYTES);
      reader.accept(bytes.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE));
    }
  }

  /** Writes what is left to write, and gives back the room behind the last record. */
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
