package io.mman.internal.region;

import io.mman.MapFlag;
import io.mman.internal.file.OpenFile;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.libc.ProcessCalls;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the pages of a region are mapped from.
 *
 * @param kind anonymous memory or a file, private or shared
 * @param file the file through which the region can grow: the caller's, or the region's own. Null
 *     for anonymous memory, and for a region of a path that keeps no descriptor
 * @param path the file's path, for messages; null for anonymous memory
 * @param status the answer of fstat(2); null for anonymous memory
 * @param writable whether the file was opened for writing
 * @param offset the byte of the file with which the first page begins
 * @param flags the flags of mmap(2), including those that choose the kind
 * @param hugePage the size of explicit huge pages in bytes, or 0 for ordinary pages
 * @param mirrored whether the second half of the pages is mapped from the same range of the file as
 *     the first
 */
record Backing(
    Kind kind,
    @Nullable OpenFile file,
    @Nullable Path path,
    @Nullable FileStatus status,
    boolean writable,
    long offset,
    Set<MapFlag> flags,
    long hugePage,
    boolean mirrored) {

  /** Anonymous memory or a file, private or shared. */
  enum Kind {
    ANONYMOUS_PRIVATE,
    ANONYMOUS_SHARED,
    FILE_PRIVATE,
    FILE_SHARED,
    /** A mapping made elsewhere. */
    UNKNOWN;

    static Kind of(boolean anonymous, boolean shared) {
      if (anonymous) {
        return shared ? ANONYMOUS_SHARED : ANONYMOUS_PRIVATE;
      }
      return shared ? FILE_SHARED : FILE_PRIVATE;
    }

    boolean isAnonymous() {
      return this == ANONYMOUS_PRIVATE || this == ANONYMOUS_SHARED;
    }

    boolean isPrivate() {
      return this == ANONYMOUS_PRIVATE || this == FILE_PRIVATE;
    }
  }

  /** The backing of a mapping made elsewhere. */
  static final Backing UNKNOWN =
      new Backing(Kind.UNKNOWN, null, null, null, false, 0, Set.of(), 0, false);

  /**
   * Returns the descriptor of the file, which stays open until {@link #release}, or the number that
   * stands for none.
   *
   * @throws IllegalStateException if the file is closed
   */
  int acquire() {
    return file == null ? RegionBuilder.NO_FILE : file.acquire();
  }

  void release() {
    if (file != null) {
      file.release();
    }
  }

  /** Returns the size of the region's pages in bytes. */
  long page() {
    return hugePage == 0 ? ProcessCalls.pageSize() : hugePage;
  }

  /** Returns the size of the pages that hold a number of bytes. */
  long pages(long bytes) {
    return PageRange.ceil(bytes, page());
  }

  /** Returns the byte of the file after a range of the pages, or 0 if the range is empty. */
  long end(long from, long bytes) {
    return bytes == 0 ? 0 : offset + from + bytes;
  }

  /** Returns whether reserved pages are opened by mprotect(2) rather than mapped over. */
  boolean isOpenedByProtection() {
    return kind == Kind.ANONYMOUS_PRIVATE && hugePage == 0;
  }

  /** Returns the flags for reserved pages, without those that act on pages at once. */
  Set<MapFlag> reserveFlags() {
    Set<MapFlag> inactive = EnumSet.copyOf(flags);
    inactive.removeAll(EnumSet.of(MapFlag.POPULATE, MapFlag.LOCKED));
    return inactive;
  }

  /** Returns whether this library made the mapping. */
  boolean isOwn() {
    return kind != Kind.UNKNOWN;
  }

  /**
   * Refuses a change that a mirrored region cannot make, because its halves would differ after it.
   *
   * @param change the change as a participle
   */
  void requireUnmirrored(String change) {
    if (mirrored) {
      throw new UnsupportedOperationException("a mirrored region cannot be " + change);
    }
  }

  /** Returns whether the pages are those of a device of unknown length. */
  boolean isEndless() {
    return status != null && !status.isRegular() && !status.isBlockDevice();
  }

  /** Returns whether both are mapped in the same way from the same file, or from none. */
  boolean isLike(Backing other) {
    boolean sameFile =
        status == null
            ? other.status == null
            : other.status != null
                && status.inode() == other.status.inode()
                && status.device() == other.status.device();
    return kind == other.kind
        && sameFile
        && file == other.file
        && flags.equals(other.flags)
        && hugePage == other.hugePage
        && mirrored == other.mirrored;
  }

  /** Returns the file's path as text, or null. */
  @Nullable String pathText() {
    return path == null ? null : path.toString();
  }

  /** Returns a description for messages. */
  String describe() {
    return (mirrored ? "mirrored " : "")
        + kind.name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + (path == null ? "" : " \"" + path + "\"");
  }

  /** Returns the backing of the pages from an offset on. */
  Backing from(long bytes) {
    return new Backing(
        kind, file, path, status, writable, offset + bytes, flags, hugePage, mirrored);
  }
}
