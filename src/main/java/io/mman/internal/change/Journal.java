package io.mman.internal.change;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.file.FileLength;
import io.mman.internal.file.OpenFile;
import io.mman.internal.region.Region;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The journal of a file, to which a commit writes the changes before it writes them to the file.
 * The format is documented in {@code io/mman/change/doc-files/journal.html}. An instance may be
 * used by one thread at a time.
 */
final class Journal implements AutoCloseable {
  /** The size in bytes above which the journal is truncated after a commit. */
  static final long KEPT_BYTES = 16 << 20;

  private static final long BUFFER_BYTES = 256 << 10;
  private static final long RANGES_BUFFER_BYTES = 4 << 10;

  private final OpenFile file;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER_BYTES);
  private final MemorySegment rangesBuffer = arena.allocate(RANGES_BUFFER_BYTES);

  /** The header of a complete journal that has yet to be applied to the file, or null. */
  private @Nullable JournalHeader complete;

  /** Whether the medium may hold a journal that must no longer be applied. */
  private boolean isDoubtful;

  Journal(OpenFile file) {
    this.file = file;
  }

  /** Returns the header of a complete journal that has yet to be applied, or null. */
  @Nullable JournalHeader complete() {
    return complete;
  }

  /** Returns whether {@link #reset} must be called before any other operation. */
  boolean isDoubtful() {
    return isDoubtful;
  }

  /**
   * Reads the journal that an earlier user of the file has left, in this process or another one.
   *
   * @return the header, or null if the journal is empty, incomplete or damaged
   * @throws IllegalArgumentException if the file is not a journal
   * @throws io.mman.MmanException if the journal is complete but has a newer version of the format
   */
  @Nullable JournalHeader find() {
    byte[] start = new byte[JournalHeader.BYTES];
    int length = (int) Math.min(start.length, file.size());
    WholeTransfer.read(file, 0, MemorySegment.ofArray(start).asSlice(0, length));
    ByteBuffer bytes = ByteBuffer.wrap(start, 0, length).slice();
    JournalHeader header = JournalHeader.decode(bytes, file);
    if (header == null || !isWhole(header, bytes)) {
      return null;
    }
    if (header.version() > JournalHeader.VERSION) {
      throw Failure.of("open", -Errno.EPROTONOSUPPORT.number())
          .file(file.path())
          .because(
              "a newer version of the library wrote this journal, in format " + header.version())
          .exception();
    }
    return header.isEmpty() ? null : header;
  }

  private boolean isWhole(JournalHeader header, ByteBuffer bytes) {
    if (header.length() < JournalHeader.BYTES || header.length() > file.size()) {
      return false;
    }
    CRC32C checksum = JournalHeader.startChecksum(bytes);
    JournalReader rest = new JournalReader(file, buffer, JournalHeader.BYTES, header.length());
    while (!rest.isAtEnd()) {
      checksum.update(rest.next(Long.MAX_VALUE).asByteBuffer());
    }
    return (int) checksum.getValue() == header.checksum();
  }

  /**
   * Ensures that a journal that was found is on the medium before it is applied. All of its bytes
   * are written again, because its writer may have ended before it was synchronized, or after that
   * had failed.
   */
  void adopt(JournalHeader found) {
    long position = 0;
    JournalReader all = new JournalReader(file, buffer, 0, found.length());
    while (!all.isAtEnd()) {
      MemorySegment bytes = all.next(Long.MAX_VALUE);
      WholeTransfer.write(file, position, bytes);
      position += bytes.byteSize();
    }
    file.syncData();
    complete = found;
  }

  /**
   * Writes and synchronizes the journal, after which the commit can no longer be undone. If this
   * fails, the journal is doubtful.
   */
  void write(JournalHeader header, PageSet pages, Region region) {
    isDoubtful = true;
    new JournalWriter(file, buffer, header).write(pages, region);
    file.syncData();
    complete = header;
    isDoubtful = false;
  }

  /** Writes the changes in a complete journal to the file. */
  void apply(JournalHeader header, OpenFile target) {
    JournalReader ranges =
        new JournalReader(file, rangesBuffer, JournalHeader.BYTES, header.dataStart());
    JournalReader data = new JournalReader(file, buffer, header.dataStart(), header.length());
    for (long i = 0; i < header.ranges(); i++) {
      long offset = ranges.nextLong();
      long end = offset + ranges.nextLong();
      while (offset < end) {
        MemorySegment bytes = data.next(end - offset);
        WholeTransfer.write(target, offset, bytes);
        offset += bytes.byteSize();
      }
    }
  }

  /**
   * Empties the journal.
   *
   * @param isSynced whether to synchronize it, which is unnecessary if it does no harm to apply the
   *     old journal once more
   */
  void reset(FileId id, boolean isSynced) {
    MemorySegment header = MemorySegment.ofBuffer(JournalHeader.empty(id).encode());
    WholeTransfer.write(file, 0, header);
    if (isSynced) {
      file.syncData();
    }
    complete = null;
    isDoubtful = false;
    if (file.size() > KEPT_BYTES) {
      FileLength.resize(file, JournalHeader.BYTES);
    }
  }

  /** Releases the memory. The file stays open. */
  @Override
  public void close() {
    arena.close();
  }
}
