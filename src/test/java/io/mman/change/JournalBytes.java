package io.mman.change;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Creates journals according to the documented format, without code of the library. */
public final class JournalBytes {
  static final int HEADER = 72;
  static final int DATA = 4096;

  private static final int CHECKSUM = 12;

  private JournalBytes() {}

  /**
   * Returns a journal of one range.
   *
   * @param file the file whose inode number and attribute are in the journal
   */
  public static byte[] of(Path file, long oldSize, long newSize, long offset, byte[] bytes)
      throws IOException {
    return of(1, inode(file), id(file), oldSize, newSize, offset, bytes);
  }

  public static byte[] of(
      int version, long inode, byte[] id, long oldSize, long newSize, long offset, byte[] bytes) {
    ByteBuffer journal = ByteBuffer.allocate(DATA + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
    journal.put("\u0089mmanst\n".getBytes(StandardCharsets.ISO_8859_1));
    journal.putInt(version).putInt(0).putLong(journal.capacity());
    journal.putLong(inode).put(id).putLong(oldSize).putLong(newSize).putLong(1);
    journal.putLong(offset).putLong(bytes.length);
    journal.position(DATA).put(bytes);
    return sealed(journal.array());
  }

  /** The state of a journal. */
  public enum State {
    INCOMPLETE,
    COMPLETE,
    EMPTY
  }

  /** Returns the state of a journal that has at least a header. */
  public static State state(byte[] journal) {
    ByteBuffer bytes = ByteBuffer.wrap(journal).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) bytes.getLong(16);
    int checksum = bytes.getInt(CHECKSUM);
    if (length > journal.length || checksum != checksum(Arrays.copyOf(journal, length))) {
      return State.INCOMPLETE;
    }
    return length == HEADER ? State.EMPTY : State.COMPLETE;
  }

  /** Changes the file to which a complete or empty journal belongs. */
  public static void rename(byte[] journal, long inode, byte[] id) {
    ByteBuffer bytes = ByteBuffer.wrap(journal).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) bytes.getLong(16);
    bytes.putLong(24, inode).put(32, id);
    byte[] renamed = sealed(Arrays.copyOf(journal, length));
    System.arraycopy(renamed, 0, journal, 0, length);
  }

  /** Stores the correct checksum into a journal. */
  public static byte[] sealed(byte[] journal) {
    ByteBuffer bytes = ByteBuffer.wrap(journal).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(CHECKSUM, checksum(journal));
    return journal;
  }

  private static int checksum(byte[] journal) {
    CRC32C checksum = new CRC32C();
    checksum.update(journal, 0, CHECKSUM);
    checksum.update(journal, CHECKSUM + 4, journal.length - CHECKSUM - 4);
    return (int) checksum.getValue();
  }

  public static long inode(Path file) throws IOException {
    return (Long) Files.getAttribute(file, "unix:ino");
  }

  public static byte[] id(Path file) throws IOException {
    return (byte[]) Files.getAttribute(file, "user:mman.id");
  }
}
