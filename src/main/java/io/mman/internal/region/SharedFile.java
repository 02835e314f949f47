package io.mman.internal.region;

import io.mman.internal.file.OpenFile;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.FileStatus;
import java.util.HashMap;
import java.util.Map;

/**
 * A regular file that surviving regions keep open. All regions that were mapped from its paths in
 * the same mode share one descriptor, because a process may map far more regions than it may open
 * files.
 */
final class SharedFile extends RegionFile {
  /** What two descriptors must have in common. The file is open, so that its inode exists. */
  private record Identity(long device, long inode, boolean writable) {}

  private static final Map<Identity, SharedFile> FILES = new HashMap<>();

  private final Identity identity;

  private SharedFile(OpenFile file, Identity identity) {
    super(file);
    this.identity = identity;
  }

  /**
   * Returns a file to map, for one use. It may have been opened before; then the new one is closed.
   *
   * @param writable whether it was opened for writing, too
   */
  static RegionFile of(OpenFile opened, boolean writable) {
    FileStatus status;
    boolean canShare;
    int fd = opened.acquire();
    try {
      status = opened.status(fd);
      // On overlayfs an older read-only descriptor may have another file behind it than a new one.
      canShare = status.isRegular() && (writable || !FileCalls.isOverlayfs(fd));
    } catch (RuntimeException | Error e) {
      opened.release();
      opened.closeQuietly();
      throw e;
    }
    opened.release();
    return canShare
        ? find(opened, new Identity(status.device(), status.inode(), writable))
        : new RegionFile(opened);
  }

  private static RegionFile find(OpenFile opened, Identity identity) {
    synchronized (FILES) {
      SharedFile known = FILES.get(identity);
      if (known == null) {
        SharedFile file = new SharedFile(opened, identity);
        FILES.put(identity, file);
        return file;
      }
      known.share();
      opened.closeQuietly();
      return known;
    }
  }

  @Override
  void release() {
    synchronized (FILES) {
      if (!endUse()) {
        return;
      }
      FILES.remove(identity);
    }
    file().closeQuietly();
  }
}
