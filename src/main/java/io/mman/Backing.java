package io.mman;

import io.mman.libc.FileStatus;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What lies behind the pages of a region.
 *
 * @param kind memory or file, shared or private
 * @param file the caller's file, through which the region can grow; null for a region mapped from a
 *     path and for anonymous memory
 * @param path the file's path, for messages; null for anonymous memory
 * @param status what fstat(2) said of the file; null for anonymous memory
 * @param writable whether the file was opened for writing
 * @param offset where in the file the first page begins, in bytes
 * @param flags those of mmap(2), kinds included
 * @param hugePage size of the explicit huge pages in bytes, or 0 for ordinary pages
 */
record Backing(
    Kind kind,
    @Nullable NativeFile file,
    @Nullable Path path,
    @Nullable FileStatus status,
    boolean writable,
    long offset,
    Set<MapFlag> flags,
    long hugePage) {

  /** Memory or file, shared or private. */
  enum Kind {
    ANONYMOUS_PRIVATE,
    ANONYMOUS_SHARED,
    FILE_PRIVATE,
    FILE_SHARED,
    /** Somebody else's mapping. */
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

  /** What is behind a mapping that somebody else made. */
  static final Backing UNKNOWN = new Backing(Kind.UNKNOWN, null, null, null, false, 0, Set.of(), 0);

  /** Returns the size of the region's pages in bytes. */
  long page() {
    return hugePage == 0 ? Mman.pageSize() : hugePage;
  }

  /** Returns the bytes that hold this many, as the kernel counts them. */
  long pages(long bytes) {
    return PageRange.ceil(bytes, page());
  }

  /** Returns where in the file some bytes end; none reach nowhere. */
  long end(long from, long bytes) {
    return bytes == 0 ? 0 : offset + from + bytes;
  }

  /** Tells whether pages in reserve are opened by mprotect(2), not by mapping over them. */
  boolean isOpenedByProtection() {
    return kind == Kind.ANONYMOUS_PRIVATE && hugePage == 0;
  }

  /** Returns the flags of pages in reserve: those that act at once wait until the pages open. */
  Set<MapFlag> reserveFlags() {
    Set<MapFlag> waiting = EnumSet.copyOf(flags);
    waiting.removeAll(EnumSet.of(MapFlag.POPULATE, MapFlag.LOCKED));
    return waiting;
  }

  /** Tells whether this library made the mapping. */
  boolean isOwn() {
    return kind != Kind.UNKNOWN;
  }

  /** Tells whether two are pages of the same file, or of none, mapped in the same way. */
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
        && hugePage == other.hugePage;
  }

  /** Returns the file's path as text, or null. */
  @Nullable String pathText() {
    return path == null ? null : path.toString();
  }

  /** Returns what it is, for people. */
  String describe() {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + (path == null ? "" : " \"" + path + "\"");
  }

  /** The same, from a later page on. */
  Backing from(long bytes) {
    return new Backing(kind, file, path, status, writable, offset + bytes, flags, hugePage);
  }
}
