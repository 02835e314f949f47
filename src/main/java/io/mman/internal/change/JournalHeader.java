package io.mman.internal.change;

import io.mman.internal.file.OpenFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The header of a journal. The format is documented in {@code
 * io/mman/change/doc-files/journal.html}. All integers are little-endian. The magic number, the
 * version, the checksum and the length are at the same offsets in every version, so that an older
 * library can find out whether a newer journal is complete.
 *
 * @param version the version of the format
 * @param checksum the CRC32C of the whole journal, except for these four bytes
 * @param length the size of the whole journal in bytes
 * @param file the identity of the file to which the pages belong
 * @param oldSize the size of the file before the commit, in bytes
 * @param newSize the size of the file after the commit, in bytes
 * @param ranges the number of ranges
 */
record JournalHeader(
    int version, int checksum, long length, FileId file, long oldSize, long newSize, long ranges) {
  /** The size of a header in bytes. The ranges follow it. */
  static final int BYTES = 72;

  /** The size of an entry for a range: its offset in the file and its length. */
  static final int RANGE_BYTES = 2 * Long.BYTES;

  /** The version that this class writes. */
  static final int VERSION = 1;

  /** The alignment of the contents in bytes. The space before them is filled with zeros. */
  static final long ALIGNMENT = 4096;

  private static final byte[] MAGIC = {(byte) 0x89, 'm', 'm', 'a', 'n', 's', 't', '\n'};

  private static final int CHECKSUM = 12;
  private static final int AFTER_CHECKSUM = CHECKSUM + Integer.BYTES;

  /** Returns the header of a journal that has yet to be written, without its checksum. */
  static JournalHeader of(FileId file, long oldSize, long newSize, PageSet pages) {
    long length = dataStart(pages.count()) + pages.bytes();
    return new JournalHeader(VERSION, 0, length, file, oldSize, newSize, pages.count());
  }

  /** Returns the header of an empty journal, which consists of the header alone. */
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

  /** Returns the offset at which the contents begin. */
  long dataStart() {
    return dataStart(ranges);
  }

  private static long dataStart(long ranges) {
    long end = BYTES + ranges * RANGE_BYTES;
    return ranges == 0 ? end : (end + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** Returns a checksum of this header, which can be updated with the rest of the journal. */
  CRC32C startChecksum() {
    return startChecksum(encode());
  }

  /** Returns a checksum of a header of any version. */
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
   * Decodes a header of any version. If the version is newer, only the first four fields are valid.
   *
   * @param bytes the first bytes of the file, at most {@link #BYTES}
   * @param journal the file
   * @return the header, or null if it is incomplete or its magic number is damaged
   * @throws IllegalArgumentException if the file is not a journal
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
   * Returns whether this may be a journal whose header was lost: after a power failure, a new file
   * may have its length but not its contents. A data file that was passed as the journal by mistake
   * may begin with zeros as well, but it has an identity.
   */
  private static boolean isUnwritten(ByteBuffer bytes, OpenFile journal) {
    return bytes.equals(ByteBuffer.allocate(bytes.limit()))
        && (journal.size() <= BYTES || !FileId.isKnown(journal));
  }
}
