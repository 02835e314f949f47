package io.mman.examples;

import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import io.mman.NativeFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Follows a log file that another process writes and rotates, as {@code tail -F} does. The file may
 * be truncated at any moment, renamed and created anew, or deleted; it need not exist yet. Each
 * line is delivered once, complete, and in order. A line ends with a line feed; text after the last
 * line feed is delivered once its own line feed has been written.
 *
 * <p>Every piece is copied from a region that survives bus errors, and checked afterwards: if the
 * file was truncated during the copy, the piece may hold zeros or new bytes, and is dropped.
 *
 * <p>Some losses cannot be avoided by any program that reads a file in this way:
 *
 * <ul>
 *   <li>Lines that were written after the last poll and before the file was truncated are lost. The
 *       setting {@code copytruncate} of logrotate cannot avoid this; {@code create} does.
 *   <li>A file that was created and renamed between two polls is not read.
 *   <li>After a rename, the old file is read until the new one has content. Lines that are written
 *       to the old file after that are not delivered.
 *   <li>If a file is truncated to a length other than 0 and grows past the last byte that was read
 *       before the next poll, the truncation is not noticed.
 * </ul>
 *
 * <p>This class needs a local file system, and a platform where {@link
 * io.mman.Mman#survivesBusErrors} returns true. One thread at a time may use an instance.
 */
public final class TailFollower implements AutoCloseable {
  private static final int PIECE = 4096; // in bytes; at most this many are dropped at once
  private static final long BATCH = 1 << 20; // in bytes; a poll ends after this many
  private static final byte MARK = (byte) 0xFF; // no UTF-8 text has this byte

  private final Path path;
  private final byte[] piece = new byte[PIECE];
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream(); // of the next line
  private NativeFile file; // open, so that no other file gets its inode
  private Object key; // device and inode
  private MappedRegion mark; // null as long as nothing has been read since the file was empty
  private long at; // the end of what has been read

  /** Follows the file named by the argument, from its beginning on. */
  public static void main(String... arguments) throws IOException, InterruptedException {
    Usage.require(1, arguments, "TailFollower PATH");
    try (TailFollower follower = new TailFollower(Path.of(arguments[0]))) {
      while (true) {
        List<String> lines = follower.poll();
        lines.forEach(System.out::println);
        if (lines.isEmpty()) {
          Thread.sleep(100);
        }
      }
    }
  }

  /** Follows a file from its beginning on. The first poll opens it. */
  public TailFollower(Path path) {
    this.path = path;
  }

  /**
   * Returns the next lines, without their line feeds. It does not wait.
   *
   * @return about a mebibyte of lines at most, or one longer line; empty if there is nothing new,
   *     or if the file was truncated during the call
   * @throws MmanException {@code EIO} if the medium cannot be read; the next poll tries the same
   *     place again
   * @throws MmanException if the file cannot be opened or mapped
   * @throws UnsupportedOperationException if regions cannot survive bus errors here
   */
  public List<String> poll() throws IOException {
    List<String> lines = new ArrayList<>();
    // This comes first, so that everything written before the new file had content is read below.
    boolean hasSuccessor = hasSuccessor();
    if ((file == null || read(lines)) && hasSuccessor && open()) {
      read(lines);
    }
    return lines;
  }

  /** Returns whether the path leads to another file, to which a writer has already turned. */
  private boolean hasSuccessor() throws IOException {
    try {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      return file == null || (found.size() > 0 && !found.fileKey().equals(key));
    } catch (NoSuchFileException e) {
      return false; // deleted, or between rename and creation
    }
  }

  private boolean open() throws IOException {
    NativeFile next;
    try {
      next = NativeFile.open(path);
    } catch (MmanException e) {
      if (e.error() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
    close();
    file = next;
    // The path may already lead to yet another file, so the descriptor is asked.
    Path opened = Path.of("/proc/self/fd/" + next.fd());
    key = Files.readAttributes(opened, BasicFileAttributes.class).fileKey();
    startAgain();
    return true;
  }

  /** Adds the lines that are complete, and returns whether the file has been read to its end. */
  private boolean read(List<String> lines) {
    if (mark != null && isTruncated(at)) {
      goBack();
    }
    if (mark == null && !setMark()) {
      return file.size() == 0;
    }
    try (MappedRegion text = Mapping.file(file).surviveBusErrors().mapConfined()) {
      long enough = at + BATCH;
      while (at < text.size() && (at < enough || lines.isEmpty())) {
        int length = (int) Math.min(PIECE, text.size() - at);
        MemorySegment.copy(text.segment(), ValueLayout.JAVA_BYTE, at, piece, 0, length);
        // These bytes cannot change any more, but they may have been wrong from the start.
        if (isTruncated(at + length)) {
          return false; // the next poll goes back, if need be
        }
        if (text.lostPages() > 0) { // a bad medium, as the file is as long as before
          if (lines.isEmpty()) {
            text.requireIntact(); // throws EIO
          }
          return false; // the next poll does
        }
        split(length, lines);
        at += length;
      }
      return at == text.size();
    }
  }

  private void split(int length, List<String> lines) {
    int start = 0;
    for (int i = 0; i < length; i++) {
      if (piece[i] == '\n') {
        partial.write(piece, start, i - start);
        lines.add(partial.toString(StandardCharsets.UTF_8));
        partial.reset();
        start = i + 1;
      }
    }
    partial.write(piece, start, length - start);
  }

  /**
   * Stores a byte in a private copy of the first page. If the file is truncated to nothing, the
   * kernel drops the copy together with the page. The byte is therefore missing even if the file
   * has grown again before the next check.
   *
   * @return whether the file has a first page
   */
  private boolean setMark() {
    if (file.size() == 0) {
      return false;
    }
    try {
      mark =
          Mapping.file(file).range(0, 1).copyOnWrite().readWrite().surviveBusErrors().mapShared();
    } catch (IllegalArgumentException e) {
      return false; // truncated after its size was asked for
    }
    mark.segment().set(ValueLayout.JAVA_BYTE, 0, MARK);
    if (mark.lostPages() > 0) { // truncated before: the byte is in a page of zeros, and would stay
      startAgain();
    }
    return mark != null;
  }

  private boolean isMarked() {
    return mark.segment().get(ValueLayout.JAVA_BYTE, 0) == MARK; // 0 if the page is lost
  }

  /** Returns whether the file was truncated since the mark was set, or ends before an offset. */
  private boolean isTruncated(long end) {
    return file.size() < end || !isMarked(); // size first: the mark is then loaded later
  }

  /** Moves back to the place in a truncated file after which all lines are new. */
  private void goBack() {
    if (!isMarked()) {
      startAgain();
      return;
    }
    try (MappedRegion text = Mapping.file(file).surviveBusErrors().mapConfined()) {
      // The lines that it has kept have been delivered, except for one that lost its line feed.
      partial.reset();
      at = text.size();
      while (at > 0 && text.segment().get(ValueLayout.JAVA_BYTE, at - 1) != '\n') {
        at--;
      }
    }
  }

  private void startAgain() {
    at = 0;
    partial.reset();
    if (mark != null) {
      mark.close();
      mark = null;
    }
  }

  @Override
  public void close() {
    startAgain();
    if (file != null) {
      file.close();
    }
  }
}
