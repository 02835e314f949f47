package io.mman.internal.region;

import io.mman.internal.call.FileCopy;
import io.mman.internal.call.KernelCopy;
import io.mman.internal.file.OpenFile;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Copies between a region and other memory without touching the region's pages. */
final class RegionCopy {
  private RegionCopy() {}

  /**
   * Copies from or to a region. If the region loses pages during the copy, the copy may have read
   * zeros, or written to zeros instead of the file. The copy is then repeated: it fails if pages of
   * the range are still lost, and is correct if they have been restored.
   *
   * @param losses the losses of a region that survives bus errors, or null
   */
  static long copy(
      KernelCopy direction,
      RegionState now,
      Backing backing,
      @Nullable Losses losses,
      long offset,
      MemorySegment other) {
    if (losses == null) {
      return copy(direction, now, backing, offset, other);
    }
    long length = other.byteSize();
    Objects.checkFromIndexSize(offset, length, now.size());
    long before;
    long copied;
    do {
      before = losses.requireIntact(direction.call(), now, offset, length);
      copied = copy(direction, now, backing, offset, other);
    } while (losses.count() != before);
    return copied;
  }

  private static long copy(
      KernelCopy direction, RegionState now, Backing backing, long offset, MemorySegment other) {
    return direction == KernelCopy.READ
        ? read(now, backing, offset, other)
        : write(now, backing, offset, other);
  }

  private static long read(RegionState now, Backing backing, long offset, MemorySegment target) {
    MemorySegment bytes = now.bytes(offset, target.byteSize());
    OpenFile file = isFileOfPages(now, backing) ? backing.file() : null;
    int fd = file == null ? OpenFile.CLOSED : file.acquireIfOpen();
    if (file == null || fd == OpenFile.CLOSED) {
      return KernelCopy.READ.copy(bytes, target, backing.path(), null);
    }
    try {
      FileCopy copy =
          isCoherent(file, fd, backing) ? fileCopy(fd, bytes, backing, now, offset) : null;
      return KernelCopy.READ.copy(bytes, target, backing.path(), copy);
    } finally {
      file.release();
    }
  }

  private static FileCopy fileCopy(
      int fd, MemorySegment bytes, Backing backing, RegionState now, long offset) {
    long start = backing.offset() + now.head() + offset;
    return backing.mirrored()
        ? FileCopy.mirrored(fd, bytes, start, now.pages().address(), now.size() / 2)
        : new FileCopy(fd, bytes, start);
  }

  private static long write(RegionState now, Backing backing, long offset, MemorySegment source) {
    MemorySegment bytes = now.bytes(offset, source.byteSize());
    return KernelCopy.WRITE.copy(bytes, source, backing.path(), null);
  }

  /** Returns whether the pages are those of a file with a length, and may be read. */
  private static boolean isFileOfPages(RegionState now, Backing backing) {
    return backing.kind() == Backing.Kind.FILE_SHARED
        && backing.status() != null
        && backing.status().isRegular()
        && now.view() != null;
  }

  /**
   * Returns whether reading the file yields the bytes of the pages. A read-only descriptor is not
   * good enough for some file systems: on overlayfs it reads the copy that was made for a writer,
   * while the pages are still those of the original.
   */
  private static boolean isCoherent(OpenFile file, int fd, Backing backing) {
    return backing.writable() || LocalFileSystems.identifyFiles(file.fileSystem(fd));
  }
}
