package io.mman.internal.region;

import io.mman.Errno;
import io.mman.MapFlag;
import io.mman.MmanException;
import io.mman.internal.error.HugePages;
import io.mman.internal.file.FileOpener;
import io.mman.internal.file.MappedExtents.Extent;
import io.mman.internal.file.OpenFile;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.platform.Ioctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * Maps a file. It opens the file, creates or extends it if that is requested, and undoes this if a
 * later step fails.
 */
final class FileMapper {
  private static final long NOT_EXTENDED = -1;

  /** As many symbolic links as Linux follows. */
  private static final int MAX_LINKS = 40;

  private final MapRequest request;
  private final Lifetime lifetime;
  private @Nullable Path created;
  private long sizeBefore = NOT_EXTENDED;
  private long sizeAfter;

  FileMapper(MapRequest request, Lifetime lifetime) {
    this.request = request;
    this.lifetime = lifetime;
  }

  Region map() {
    OpenFile given = request.file;
    return given != null ? mapOpen(given, null) : mapPath(request.requirePath());
  }

  private Region mapPath(Path path) {
    RegionFile file = new RegionFile(open(path));
    try {
      return mapOpen(file.file(), keepsFile() ? file : null);
    } catch (RuntimeException | Error e) {
      if (created != null) {
        delete(created, e);
      }
      throw e;
    } finally {
      file.release();
    }
  }

  /** Returns whether the region keeps the descriptor of its path, so that it can grow. */
  private boolean keepsFile() {
    return request.file == null && request.reserve != RegionResources.NO_RESERVE;
  }

  private OpenFile open(Path path) {
    if (request.createSize == MapRequest.NONE) {
      return request.needsWritableFile()
          ? FileOpener.open(path, StandardOpenOption.WRITE)
          : FileOpener.open(path, StandardOpenOption.READ);
    }
    OpenFile file = openUnless(Errno.ENOENT, path, StandardOpenOption.WRITE);
    if (file == null) {
      file = createNew(path);
    }
    if (file == null) {
      file = createNew(targetOfLinks(path)); // O_EXCL follows no symbolic link
    }
    return file != null
        ? file // otherwise another process has created it meanwhile
        : FileOpener.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  private @Nullable OpenFile createNew(Path path) {
    OpenFile file =
        openUnless(Errno.EEXIST, path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    if (file != null) {
      created = path;
    }
    return file;
  }

  private static Path targetOfLinks(Path path) {
    Path target = path;
    try {
      for (int i = 0; i < MAX_LINKS && Files.isSymbolicLink(target); i++) {
        target = target.resolveSibling(Files.readSymbolicLink(target));
      }
    } catch (IOException removed) {
      return path;
    }
    return target;
  }

  private static @Nullable OpenFile openUnless(Errno refusal, Path path, OpenOption... options) {
    try {
      return FileOpener.open(path, options);
    } catch (MmanException e) {
      if (e.error() == refusal) {
        return null;
      }
      throw e;
    }
  }

  /**
   * Maps an open file.
   *
   * @param own the file, if the region keeps it
   */
  private Region mapOpen(OpenFile file, @Nullable RegionFile own) {
    boolean changesLength = request.createSize != MapRequest.NONE || request.preallocate;
    Lock length = changesLength ? file.lengthChangeLock() : file.lengthLock();
    length.lock();
    try {
      // Held to the end, because a file closed meanwhile could not be truncated to its old length.
      int fd = file.acquire();
      try {
        return build(file, fd, own);
      } catch (RuntimeException | Error e) {
        restoreLength(file, e);
        throw e;
      } finally {
        file.release();
      }
    } finally {
      length.unlock();
    }
  }

  private Region build(OpenFile file, int fd, @Nullable RegionFile own) {
    FileStatus status = file.status(fd);
    long size = size(file, status, extend(file, status));
    if (request.preallocate && size > 0) {
      file.allocate(request.offset, size);
    }
    long hugePage = HugePages.ofFile(fd, status);
    long page = hugePage > 0 || request.offset == 0 ? hugePage : ProcessCalls.pageSize();
    long head = page == 0 ? 0 : request.offset % page;
    Backing backing = backing(file, status, head, hugePage);
    long end = size == 0 ? 0 : request.offset + size;
    Extent cover = status.isRegular() && request.file != null ? file.extents().add(end) : null;
    RegionFile share = own == null ? null : own.share();
    return new RegionBuilder(request, lifetime, cover, share).build(backing, head, size, fd);
  }

  private Backing backing(OpenFile file, FileStatus status, long head, long hugePage) {
    Set<MapFlag> flags = request.mapFlags();
    return new Backing(
        Backing.Kind.of(false, !flags.contains(MapFlag.PRIVATE)),
        request.file != null || keepsFile() ? file : null,
        file.path(),
        status,
        isOpenForWriting(),
        request.offset - head,
        flags,
        hugePage);
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
    sizeAfter = wanted;
    sizeBefore = status.size();
    file.extend(wanted);
    return wanted;
  }

  /** Returns the size of the region, unless it would reach past the end of the file. */
  private long size(OpenFile file, FileStatus status, long fileSize) {
    long length = request.length;
    if (!status.isRegular() && length == MapRequest.TO_THE_END) {
      throw new IllegalArgumentException(
          "\"" + file.path() + "\" is not a regular file and has no length: give a range");
    }
    long end = status.isRegular() ? fileSize : deviceEnd(file, status);
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

  /** A block device can be mapped past its end, where an access is a SIGBUS, as in a file. */
  private static long deviceEnd(OpenFile device, FileStatus status) {
    return status.isBlockDevice() && Ioctl.BLKGETSIZE64.isHere()
        ? device.blockDeviceSize()
        : Long.MAX_VALUE;
  }

  private void restoreLength(OpenFile file, Throwable failure) {
    if (sizeBefore == NOT_EXTENDED || created != null) {
      return;
    }
    try {
      // Another process may have given the file another length meanwhile.
      if (file.size() == sizeAfter) {
        file.resize(sizeBefore);
      }
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private static void delete(Path path, Throwable failure) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
