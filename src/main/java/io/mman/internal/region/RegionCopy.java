package io.mman.internal.region;

import io.mman.internal.call.FileCopy;
import io.mman.internal.call.KernelCopy;
import io.mman.internal.file.OpenFile;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Copies between a region and other memory without touching the region's pages. */
final class RegionCopy {
  private RegionCopy() {}

  static long read(RegionState now, Backing backing, long offset, MemorySegment target) {
    MemorySegment bytes = now.bytes(offset, target.byteSize());
    OpenFile file = KernelCopy.READ.isDirect() ? null : fileWithTheSameBytes(now, backing);
    int fd = file == null ? OpenFile.CLOSED : file.acquireIfOpen();
    if (file == null || fd == OpenFile.CLOSED) {
      return KernelCopy.READ.copy(bytes, target, backing.path(), null);
    }
    try {
      FileCopy copy = new FileCopy(fd, bytes, backing.offset() + now.head() + offset);
      return KernelCopy.READ.copy(bytes, target, backing.path(), copy);
    } finally {
      file.release();
    }
  }

  static long write(RegionState now, Backing backing, long offset, MemorySegment source) {
    MemorySegment bytes = now.bytes(offset, source.byteSize());
    return KernelCopy.WRITE.copy(bytes, source, backing.path(), null);
  }

  /**
   * Returns the file, if reading it is the same as reading the pages. Pages without read access
   * must not be read, and a device may yield other bytes. A read-only descriptor is not good
   * enough: on overlayfs it reads the copy that was made for a writer, while the pages are still
   * those of the original.
   */
  private static @Nullable OpenFile fileWithTheSameBytes(RegionState now, Backing backing) {
    boolean isSame =
        backing.kind() == Backing.Kind.FILE_SHARED
            && backing.writable()
            && backing.status() != null
            && backing.status().isRegular()
            && now.view() != null;
    return isSame ? backing.file() : null;
  }
}
