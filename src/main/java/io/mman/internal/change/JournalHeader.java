package io.mman.internal.change;

import io.mman.internal.file.OpenFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a journal. The format is documented in {@code
 * io/mman/change/doc-files/journal.html}. All numbers are little-endian. In every version, the
 * magic, the version, the checksum and the length are at the same place, so that older programs can
 * tell whether a journal of a newer one is complete.
 *
 * @param version the version of the format
 * @param checksum CRC32C of the whole journal, except for these four bytes
 * @param length the size of the whole journal in bytes
 * @param file the file that the pages belong to
 * @param oldSize the size of the file before the commit
 * @param newSize the size of the file after the commit
 * @param ranges the number of ranges that the pages consist of
 */
record JournalHeader(
    int version, int checksum, long length, FileId file, long oldSize, long newSize, long ranges) {
  /** The size of a header, which the ranges follow. */
  static final int BYTES = 72;

  /** The size of a range: its offset in the file, and its length. */
  static final int RANGE_BYTES = 2 * Long.BYTES;

  /** The version that this class writes. */
  static final int VERSION = 1;

  /** The alignment of the first page, for which the space before it is filled with zeros. */
  static final long ALIGNMENT = 4096;

  private static final byte[] MAGIC = {(byte) 0x89, 'm', 'm', 'a', 'n', 's', 't', '\n'};

  private static final int CHECKSUM = 12;
  private static final int AFTER_CHECKSUM = CHECKSUM + Integer.BYTES;

  /** Returns the header of a journal that has yet to be written. */
  static JournalHeader of(FileId file, long oldSize, long newSize, PageSet pages) {
    long length = dataStart(pages.count()) + pages.bytes();
    return new JournalHeader(VERSION, 0, length, file, oldSize, newSize, pages.count());
  }

  /** Returns the header of a journal with nothing to do, which consists of the header alone. */
  static JournalHeader empty(FileId file) {
    JournalHeader header = new JournalHeader(VERSION, 0, BYTES, file, 0, 0, 0);
    return header.with((int) header.startChecksum().getValue());
  }

  JournalHeader with(int newChecksum) {
    return new JournalHeader(version, newChecksum, length, file, oldSize, newSize, ranges);
  }

  boolean isEmpty() {
    return ranges == 0 && oldSize == newSize;
  }

  /** Returns where the bytes of the pages begin. */
  long dataStart() {
    return dataStart(ranges);
  }

  private static long dataStart(long ranges) {
    long end = BYTES + ranges * RANGE_BYTES;
    return ranges == 0 ? end : (end + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** Returns a checksum of the header, to which the rest of the journal is to be added. */
  CRC32C startChecksum() {
    return startChecksum(encode());
  }

  /** Returns the same of a header of any version. */
  static CRC32C startChecksum(ByteBuffer header) {
    CRC32C checksum = new CRC32C();
    checksum.update(header.slice(0, CHECKSUM));
    checksum.update(header.slice(AFTER_CHECKSUM, BYTES - AFTER_CHECKSUM));
    return checksum;
  }

  ByteBuffer encode() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(MAGIC).putInt(version).putInt(checksum).putLong(length);
    bytes.putLong(file.inode()).putLong(file.first()).putLong(file.second());
    bytes.putLong(oldSize).putLong(newSize).putLong(ranges);
    return bytes.flip();
  }

  /**
   * Reads a header of any version; of a newer one, only the first four fields are right.
   *
   * @param bytes what the journal begins with: at most {@link #BYTES} bytes
   * @param journal the file that begins with them
   * @return null if the header is not complete, or damaged where the checksum need not be compared
   * @throws IllegalArgumentException if this is something else than a journal
   */
  static @Nullable JournalHeader decode(ByteBuffer bytes, OpenFile journal) {
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    int known = Math.min(MAGIC.length, bytes.limit());
    int right = rightBytes(bytes, known);
    if (2 * right <= known && !isUnwritten(bytes, journal)) {
      throw new IllegalArgumentException("\"" + journal.path() + "\" is not a journal");
    }
    if (right < known || bytes.limit() < BYTES) {
      return null;
    }
    bytes.position(MAGIC.length);
    int version = bytes.getInt();
    int checksum = bytes.getInt();
    long length = bytes.getLong();
    FileId file = new FileId(bytes.getLong(), bytes.getLong(), bytes.getLong());
    return new JournalHeader(
        version, checksum, length, file, bytes.getLong(), bytes.getLong(), bytes.getLong());
  }

  private static int rightBytes(ByteBuffer bytes, int known) {
    int right = 0;
    for (int i = 0; i < known; i++) {
      right += bytes.get(i) == MAGIC[i] ? 1 : 0;
    }
    return right;
  }

  /**
   * Returns whether this may be a journal whose header was never written, or was lost: after a
   * power cut, a new file may have its length and not yet its bytes. The file that the commits
   * belong to may begin with zeros, too, if the two were exchanged by mistake; but it has an
   * identity.
   */
  private static boolean isUnwritten(ByteBuffer bytes, OpenFile journal) {
    return bytes.equals(ByteBuffer.allocate(bytes.limit()))
        && (journal.size() <= BYTES || !FileId.isKnown(journal));
  }
}
