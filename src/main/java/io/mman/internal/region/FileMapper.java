package io.mman.internal.region;

import io.mman.Errno;
import io.mman.MapFlag;
import io.mman.internal.error.HugePages;
import io.mman.internal.file.FileCreation;
import io.mman.internal.file.FileLength;
import io.mman.internal.file.FileOpener;
import io.mman.internal.file.MappedExtents;
import io.mman.internal.file.MappedExtents.Extent;
import io.mman.internal.file.OpenFile;
import io.mman.internal.file.OpenRequest;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.libc.ProcessCalls;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Maps a file. It opens the file, and creates or extends it if that is requested. A new file gets
 * its name only after it has been mapped. A file that existed before is never made shorter, because
 * another process may already have written to the added bytes.
 */
final class FileMapper {
  /** How often a file that exists only for moments is opened or created. */
  private static final int MAX_ATTEMPTS = 32;

  private final MapRequest request;
  private final Lifetime lifetime;

  /** The size of the part of the file that the region maps. */
  private long size;

  /** What the region covers of the file, or null if the file has no length. */
  private @Nullable Extent cover;

  FileMapper(MapRequest request, Lifetime lifetime) {
    this.request = request;
    this.lifetime = lifetime;
  }

  Region map() {
    OpenFile given = request.file;
    if (given != null) {
      return place(given, null).finish();
    }
    Path path = request.requirePath();
    FilePreload.prepare(request);
    if (request.createSize != MapRequest.NONE) {
      return mapOrCreate(path);
    }
    return mapAndClose(
        request.needsWritableFile()
            ? FileOpener.open(path, OpenRequest.WRITE)
            : FileOpener.open(path, OpenRequest.READ));
  }

  private Region mapAndClose(OpenFile opened) {
    RegionFile file = regionFile(opened);
    try {
      return place(file).finish();
    } finally {
      file.release();
    }
  }

  private RegionFile regionFile(OpenFile opened) {
    return request.survives
        ? SharedFile.of(opened, request.needsWritableFile())
        : new RegionFile(opened);
  }

  private RegionBuilder place(RegionFile opened) {
    return place(opened.file(), keepsFile() ? opened : null);
  }

  /** Returns whether the region keeps the descriptor of its path, with which it can grow. */
  private boolean keepsFile() {
    return request.file == null
        && (request.survives || request.reserve != RegionResources.NO_RESERVE);
  }

  private Region mapOrCreate(Path path) {
    OpenFile file = openExisting(path);
    if (file != null) {
      return mapAndClose(file);
    }
    FileCreation creation = new FileCreation(path);
    for (int i = 0; i < MAX_ATTEMPTS; i++) {
      file = creation.create();
      Region region = file == null ? null : mapNew(creation, file);
      if (region != null) {
        return region;
      }
      file = openExisting(path);
      if (file != null) {
        return mapAndClose(file);
      }
    }
    throw creation.giveUp();
  }

  private static @Nullable OpenFile openExisting(Path path) {
    return FileOpener.openUnless(Errno.ENOENT, path, OpenRequest.WRITE);
  }

  /** Maps a new file and gives it its name; returns null if the file could not get it. */
  private @Nullable Region mapNew(FileCreation creation, OpenFile opened) {
    RegionFile file = regionFile(opened);
    try {
      RegionBuilder builder = place(file);
      Region region = builder.finish();
      boolean named = false;
      try {
        named = creation.publish(opened);
      } catch (RuntimeException | Error e) {
        builder.undoAfter(e);
        throw e;
      }
      if (!named) {
        builder.undo();
        creation.cancel();
      }
      return named ? region : null;
    } catch (RuntimeException | Error e) {
      creation.cancelAfter(e);
      throw e;
    } finally {
      file.release();
    }
  }

  /**
   * Maps the pages of an open file. The descriptor is not in use after this method returns, because
   * the next steps may run code of the arena, or wait for a group whose clean-up closes the file.
   *
   * @param own the file, if the region keeps it
   */
  private RegionBuilder place(OpenFile file, @Nullable RegionFile own) {
    cover = null;
    int fd = file.acquire();
    try {
      FilePreload.prepareForChanges(fd);
      FileStatus status = cover(file, fd);
      if (request.preallocate && size > 0) {
        FileLength.allocate(file, request.offset, size);
      }
      long hugePage = HugePages.ofFile(fd, status);
      long page = hugePage > 0 || request.offset == 0 ? hugePage : ProcessCalls.pageSize();
      long head = page == 0 ? 0 : request.offset % page;
      Backing backing = backing(file, file.identity(status), head, hugePage);
      long bytes = request.mirrored ? 2 * size : size;
      RegionBuilder builder = new RegionBuilder(request, lifetime, backing, head, bytes);
      builder.place(fd, cover, keep(file, own));
      return builder;
    } catch (RuntimeException | Error e) {
      if (cover != null) {
        cover.remove(); // has no effect if the builder has removed it
      }
      throw e;
    } finally {
      file.release();
    }
  }

  /** Returns the file that the region keeps open, its own or the user's, or null for none. */
  private @Nullable RegionFile keep(OpenFile file, @Nullable RegionFile own) {
    if (own != null) {
      return own.share();
    }
    return request.survives && request.file != null ? new HeldFile(file) : null;
  }

  /**
   * Extends the file if that is requested, determines the size of the region, and covers the part
   * of the file that the region will map, which this process does not truncate from then on.
   *
   * @return the status of the file
   */
  private FileStatus cover(OpenFile file, int fd) {
    while (true) {
      int truncations = MappedExtents.truncations();
      FileStatus status = file.status(fd);
      if (request.mirrored) {
        requireMirrorable(file, fd, status);
      }
      size = size(file, status, extend(file, status));
      if (!status.isRegular()) {
        return status;
      }
      long end = size == 0 ? 0 : request.offset + size;
      cover = file.cover(status, end);
      if (truncations == MappedExtents.truncations() || file.status(fd).size() >= end) {
        return status;
      }
      cover.remove(); // the file has been truncated meanwhile
    }
  }

  /** Refuses what cannot be mirrored before the file is extended. */
  private void requireMirrorable(OpenFile file, int fd, FileStatus status) {
    Mirror.requireRegular(file, status);
    long bytes = size(file, status, Math.max(status.size(), request.createSize));
    long hugePage = HugePages.ofFile(fd, status);
    long page = hugePage > 0 ? hugePage : ProcessCalls.pageSize();
    Mirror.requireWholePages(file, request.offset, bytes, page);
  }

  private Backing backing(OpenFile file, FileStatus status, long head, long hugePage) {
    Backing last = request.lastBacking;
    if (last != null && last.status() == status && last.hugePage() == hugePage) {
      return last;
    }
    Set<MapFlag> flags = request.mapFlags();
    Backing backing =
        new Backing(
            Backing.Kind.of(false, !flags.contains(MapFlag.PRIVATE)),
            request.file != null || keepsFile() ? file : null,
            file.path(),
            status,
            isOpenForWriting(),
            request.offset - head,
            flags,
            hugePage,
            request.mirrored);
    if (request.file != null) {
      request.lastBacking = backing;
    }
    return backing;
  }

  /** Returns whether the file is known to be open for writing; the caller's file may be as well. */
  private boolean isOpenForWriting() {
    return request.file == null
        ? request.needsWritableFile()
        : request.shared && request.protection().canWrite();
  }

  /** Makes the file as long as is requested, and returns its length. */
  private long extend(OpenFile file, FileStatus status) {
    long wanted = request.createSize;
    if (!status.isRegular() || wanted <= status.size()) {
      return status.size();
    }
    FileLength.extend(file, wanted);
    return wanted;
  }

  /** Returns the size of the region, unless it would reach past the end of the file. */
  private long size(OpenFile file, FileStatus status, long fileSize) {
    long length = request.length;
    if (!status.isRegular() && length == MapRequest.TO_THE_END) {
      throw new IllegalArgumentException(
          "\"" + file.path() + "\" is not a regular file and has no length: give a range");
    }
    long end = status.isRegular() ? fileSize : FileEnd.of(file, status);
    if (request.offset > end || length > end - request.offset) {
      throw new IllegalArgumentException(
          "offset "
              + request.offset
              + (length == MapRequest.TO_THE_END ? "" : " and size " + length)
              + " reach past the end of \""
              + file.path()
              + "\", which has "
              + end
              + " bytes");
    }
    return length == MapRequest.TO_THE_END ? end - request.offset : length;
  }
}
