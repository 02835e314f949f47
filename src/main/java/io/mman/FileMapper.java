package io.mman;

import io.mman.Extents.Extent;
import io.mman.libc.FileStatus;
import io.mman.platform.Ioctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * Maps a file: opens it, creates or extends it where that is asked for, and undoes that where a
 * later step fails.
 */
final class FileMapper extends Mapper {
  private static final long NOT_EXTENDED = -1;

  /** As many symbolic links as Linux follows. */
  private static final int MAX_LINKS = 40;

  private @Nullable Path created;
  private long sizeBefore = NOT_EXTENDED;
  private long sizeAfter;

  FileMapper(MapRequest request, Lifetime lifetime) {
    super(request, lifetime);
  }

  @Override
  MappedRegion map() {
    NativeFile given = request.file;
    if (given != null) {
      return map(given);
    }
    Path path = request.requirePath();
    NativeFile file = open(path);
    try {
      return map(file);
    } catch (RuntimeException | Error e) {
      if (created != null) {
        delete(created, e);
      }
      throw e;
    } finally {
      // Whatever close says, the descriptor is gone, and nothing was written through it.
      file.descriptor().close();
    }
  }

  private NativeFile open(Path path) {
    if (request.createSize == MapRequest.NONE) {
      return request.needsWritableFile()
          ? NativeFile.open(path, StandardOpenOption.WRITE)
          : NativeFile.open(path, StandardOpenOption.READ);
    }
    NativeFile file = openUnless(Errno.ENOENT, path, StandardOpenOption.WRITE);
    if (file == null) {
      file = createNew(path);
    }
    if (file == null) {
      file = createNew(behindLinks(path)); // O_EXCL follows no symbolic link
    }
    return file != null
        ? file // otherwise somebody else was faster
        : NativeFile.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  private @Nullable NativeFile createNew(Path path) {
    NativeFile file =
        openUnless(Errno.EEXIST, path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    if (file != null) {
      created = path;
    }
    return file;
  }

  private static Path behindLinks(Path path) {
    Path end = path;
    try {
      for (int i = 0; i < MAX_LINKS && Files.isSymbolicLink(end); i++) {
        end = end.resolveSibling(Files.readSymbolicLink(end));
      }
    } catch (IOException gone) {
      return path;
    }
    return end;
  }

  private static @Nullable NativeFile openUnless(Errno refusal, Path path, OpenOption... options) {
    try {
      return NativeFile.open(path, options);
    } catch (MmanException e) {
      if (e.error() == refusal) {
        return null;
      }
      throw e;
    }
  }

  private MappedRegion map(NativeFile file) {
    boolean changesLength = request.createSize != MapRequest.NONE || request.preallocate;
    Lock length = changesLength ? file.lengthLock().writeLock() : file.lengthLock().readLock();
    length.lock();
    try {
      // Held to the end: a file closed meanwhile could not be cut back.
      int fd = file.descriptor().acquire();
      try {
        return map(file, fd);
      } catch (RuntimeException | Error e) {
        cutBack(file, e);
        throw e;
      } finally {
        file.descriptor().release();
      }
    } finally {
      length.unlock();
    }
  }

  private MappedRegion map(NativeFile file, int fd) {
    FileStatus status = file.status(fd);
    long fileSize = extend(file, status);
    long size = size(file, status, fileSize);
    if (request.preallocate && size > 0) {
      file.allocate(request.offset, size);
    }
    Set<MapFlag> flags = request.mapFlags();
    long hugePage = HugePages.ofFile(fd, status);
    long page = hugePage > 0 || request.offset == 0 ? hugePage : Mman.pageSize();
    long head = page == 0 ? 0 : request.offset % page;
    Backing backing =
        new Backing(
            Backing.Kind.of(false, !flags.contains(MapFlag.PRIVATE)),
            request.file,
            file.path(),
            status,
            isOpenForWriting(),
            request.offset - head,
            flags,
            hugePage);
    long end = size == 0 ? 0 : request.offset + size;
    Extent cover = status.isRegular() && request.file != null ? file.extents().add(end) : null;
    return map(backing, head, size, fd, cover);
  }

  /** Tells what is certain once the mapping is made; a file of the caller's may be. */
  private boolean isOpenForWriting() {
    return request.file == null
        ? request.needsWritableFile()
        : request.shared && request.protection().canWrite();
  }

  /** Returns the length that the file has, after making it at least as long as was asked for. */
  private long extend(NativeFile file, FileStatus status) {
    long wanted = request.createSize;
    if (!status.isRegular() || wanted <= status.size()) {
      return status.size();
    }
    sizeAfter = wanted;
    sizeBefore = status.size();
    extend(file, wanted);
    return wanted;
  }

  /**
   * Makes a file longer. Where ftruncate(2) would cut a file that another process has extended
   * further since its length was asked for, posix_fallocate(3) of the last byte never shortens.
   */
  private static void extend(NativeFile file, long size) {
    try {
      file.allocate(size - 1, 1);
    } catch (UnsupportedOperationException noSuchFunction) {
      file.resize(size);
    } catch (MmanException e) {
      if (e.error() != Errno.EOPNOTSUPP && e.error() != Errno.EINVAL) {
        throw e;
      }
      file.resize(size); // the file system cannot set blocks aside
    }
  }

  private long size(NativeFile file, FileStatus status, long fileSize) {
    long length = request.length;
    if (!status.isRegular() && length == MapRequest.TO_THE_END) {
      throw new IllegalArgumentException(
          "\"" + file.path() + "\" is no regular file and has no length: give a range");
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

  /** A block device can be mapped past its end, where a touch is a SIGBUS as with a file. */
  private static long deviceEnd(NativeFile device, FileStatus status) {
    return status.isBlockDevice() && Ioctl.BLKGETSIZE64.isHere()
        ? device.blockDeviceSize()
        : Long.MAX_VALUE;
  }

  private void cutBack(NativeFile file, Throwable failure) {
    if (sizeBefore == NOT_EXTENDED || created != null) {
      return;
    }
    try {
      // Not if somebody else has given the file another length meanwhile.
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
