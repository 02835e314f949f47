package io.mman.change;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.NativeFile;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** The kinds of regions that can be tracked. */
enum Tracked {
  ANONYMOUS(true),
  RESERVED(true),
  /** Uses transparent huge pages if the system has them. */
  HUGE(true),
  SHARED_ANONYMOUS(true),
  MEMFD(true),
  MIRRORED(true),
  BORROWED(true),
  FILE(false),
  PRIVATE_FILE(false),
  /** Begins inside a page. */
  FILE_FROM_WITHIN_A_PAGE(false);

  static final long PAGE = Mman.pageSize();

  /** Whether only changed pages are reported. */
  final boolean isExact;

  Tracked(boolean isExact) {
    this.isExact = isExact;
  }

  /** Returns the number of bytes of the first page that lie before the region. */
  long head() {
    return this == FILE_FROM_WITHIN_A_PAGE ? 100 : 0;
  }

  /** Returns whether holes can be punched. */
  boolean takesRemove() {
    return switch (this) {
      case SHARED_ANONYMOUS, MEMFD, MIRRORED, FILE -> true;
      default -> false;
    };
  }

  /** Maps a region of this kind. The size must be an even number of pages. */
  MappedRegion map(Path folder, long size) {
    return switch (this) {
      case ANONYMOUS -> Mapping.anonymous(size).mapShared();
      case RESERVED -> Mapping.anonymous(size).reserve(2 * size).mapShared();
      case HUGE -> Mapping.anonymous(size).alignment(2 << 20).hugePages().mapShared();
      case SHARED_ANONYMOUS -> Mapping.anonymous(size).shared().mapShared();
      case BORROWED -> Mapping.anonymous(size).map(Arena.ofAuto());
      case MEMFD -> {
        try (NativeFile file = NativeFile.memory("tracked", size)) {
          yield Mapping.file(file).readWrite().mapShared();
        }
      }
      case MIRRORED -> {
        try (NativeFile file = NativeFile.memory("tracked", size / 2)) {
          yield Mapping.file(file).readWrite().mirrored().mapShared();
        }
      }
      case FILE -> Mapping.file(folder.resolve("file")).create(size).preallocate().mapShared();
      case PRIVATE_FILE -> {
        Mapping.file(folder.resolve("file")).create(size).mapShared().close();
        yield Mapping.file(folder.resolve("file")).copyOnWrite().readWrite().mapShared();
      }
      case FILE_FROM_WITHIN_A_PAGE -> {
        Path path = folder.resolve("file");
        Mapping.file(path).create(size).mapShared().close();
        yield Mapping.file(path).readWrite().range(head(), size - head()).mapShared();
      }
    };
  }
}
