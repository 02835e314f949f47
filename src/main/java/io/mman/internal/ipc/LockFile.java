package io.mman.internal.ipc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.Errno;
import io.mman.MmanException;
import io.mman.internal.file.FileLock;
import io.mman.internal.file.FileOpener;
import io.mman.internal.file.FileTransfer;
import io.mman.internal.file.OpenFile;
import io.mman.internal.file.OpenRequest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A file whose bytes the participants of locks keep locked while they live. The locked bytes are
 * far past the end of the file. The file itself consists of a header of 16 bytes: a signature of
 * eight bytes, a random identity, and the number of words in shared memory that have been given an
 * id of the file.
 */
final class LockFile {
  private static final int HEADER_BYTES = 16;
  private static final int IDENTITY = 8;
  private static final int WORDS = 12;

  /** Eight bytes, of which the last is the version. */
  private static final byte[] MAGIC = {(byte) 0x89, 'm', 'm', 'a', 'n', 'l', 'k', 1};

  /**
   * The byte that is locked while the header is written. It belongs to no participant, because no
   * word has the id 0.
   */
  private static final long HEADER_LOCK = 0;

  /**
   * The maximum number of draws that meet a locked byte. There are a few if the count of
   * participants was set back, and an unlimited number if another program has locked the file.
   */
  private static final int MAX_DRAWS = 10_000;

  private final OpenFile file;

  private LockFile(OpenFile file) {
    this.file = file;
  }

  /**
   * Opens a file for a new participant.
   *
   * @param create whether the file is created if it does not exist
   */
  static LockFile open(Path path, boolean create) {
    LockFile opened = new LockFile(openFile(path, create));
    try {
      opened.requireRegular();
      return opened;
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private static OpenFile openFile(Path path, boolean create) {
    try {
      // Without O_CREAT: with it, Linux may refuse files of other users in sticky directories.
      return FileOpener.open(path, OpenRequest.WRITE);
    } catch (MmanException e) {
      if (e.error() != Errno.ENOENT) {
        throw e;
      }
      if (!create) {
        throw new IllegalArgumentException(
            "the lock was used with a lock file other than \"" + path + "\", which does not exist",
            e);
      }
    }
    return FileOpener.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  private void requireRegular() {
    int fd = file.acquire();
    try {
      if (!file.status(fd).isRegular()) {
        throw refused("is not a regular file");
      }
    } finally {
      file.release();
    }
  }

  /** Closes the file, and so releases all locks of this object. */
  void close() {
    file.closeQuietly();
  }

  /**
   * Returns the tie between a word and this file, which is made at the first use of the word. The
   * high half of the tie is the identity of the file, the low half is the id of the word. If this
   * method fails, the caller closes the file, which also releases the lock of the header.
   */
  long tie(LockWord word) {
    long tie = word.tie();
    if (tie != 0) {
      return requireTie(word, tie, readHeader());
    }
    FileLock.lock(file, HEADER_LOCK, 1);
    tie = word.tie();
    Header header = readHeader();
    if (tie == 0) {
      tie = recordTie(word, header != null ? header : newHeader());
      header = readHeader();
    }
    requireTie(word, tie, header);
    FileLock.unlock(file, HEADER_LOCK, 1);
    return tie;
  }

  /**
   * Assigns the next id to a word. If this process dies before it records the id in the word, the
   * id remains unused, which does no harm.
   */
  private long recordTie(LockWord word, Header header) {
    if (!word.isUnused()) {
      // Another process may have tied the word to another file in the meantime, and used it.
      long other = word.tie();
      if (other == 0) {
        throw word.nonsense("a lock without a lock file");
      }
      return other;
    }
    if (header.words() == Integer.MAX_VALUE) {
      throw new IllegalStateException(
          "the lock file has been used for too many locks: " + file.path());
    }
    int id = header.words() + 1;
    write(header.identity(), id);
    long tie = (long) header.identity() << Integer.SIZE | id;
    return word.recordTie(tie) ? tie : word.tie();
  }

  private long requireTie(LockWord word, long tie, @Nullable Header header) {
    int identity = (int) (tie >> Integer.SIZE);
    int id = (int) tie;
    if (identity == 0 || id <= 0) {
      throw word.nonsense("tie " + Long.toHexString(tie));
    }
    if (header == null || header.identity() != identity) {
      throw new IllegalArgumentException(
          "the lock was used with a lock file other than \"" + file.path() + "\": " + word);
    }
    if (id > header.words()) {
      throw word.nonsense("id " + id + " of " + header.words());
    }
    return tie;
  }

  /** Draws a number that no participant has had before, locks its byte, and returns the number. */
  int draw(LockWord word, long tie) {
    for (int i = 0; i < MAX_DRAWS; i++) {
      int number = word.draw();
      if (FileLock.tryLock(file, position(tie, number), 1)) {
        return number;
      }
    }
    throw new IllegalStateException("another program has locked the lock file: " + file.path());
  }

  /** Returns whether another participant is alive. */
  boolean isAlive(long tie, int number) {
    return FileLock.isLockedElsewhere(file, position(tie, number), 1);
  }

  private static long position(long tie, int number) {
    return tie << Integer.SIZE | number;
  }

  /** Returns a header for a new lock file, without writing it. */
  private static Header newHeader() {
    int identity;
    do {
      identity = ThreadLocalRandom.current().nextInt();
    } while (identity == 0);
    return new Header(identity, 0);
  }

  private void write(int identity, int words) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(HEADER_BYTES, Long.BYTES);
      bytes.copyFrom(MemorySegment.ofArray(MAGIC));
      bytes.set(JAVA_INT, IDENTITY, identity);
      bytes.set(JAVA_INT, WORDS, words);
      if (FileTransfer.write(file, 0, bytes) < HEADER_BYTES) {
        throw new IllegalStateException("the lock file could not be written: " + file.path());
      }
    }
  }

  /** Returns the header, or null if it has not been written completely. */
  private @Nullable Header readHeader() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(HEADER_BYTES, Long.BYTES);
      long length = FileTransfer.read(file, 0, bytes);
      if (length == 0) {
        return null;
      }
      if (length < MAGIC.length || bytes.get(JAVA_LONG, 0) != magic()) {
        throw refused("is not a lock file");
      }
      if (length < HEADER_BYTES) {
        return null; // the disk was full
      }
      Header header = new Header(bytes.get(JAVA_INT, IDENTITY), bytes.get(JAVA_INT, WORDS));
      if (header.identity() == 0 || header.words() < 0) {
        throw refused("is damaged");
      }
      return header;
    }
  }

  private static long magic() {
    long magic = 0;
    for (byte b : MAGIC) {
      magic = magic << Byte.SIZE | (b & 0xff);
    }
    boolean isBig = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;
    return isBig ? magic : Long.reverseBytes(magic);
  }

  private IllegalArgumentException refused(String reason) {
    return new IllegalArgumentException("\"" + file.path() + "\" " + reason);
  }

  @Override
  public String toString() {
    return "\"" + file.path() + "\"";
  }

  private record Header(int identity, int words) {}
}
