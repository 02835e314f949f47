package io.mman.internal.region;

import io.mman.internal.file.OpenFile;
import io.mman.internal.libc.FileStatus;
import java.util.HashMap;
import java.util.Map;

/**
 * A regular file that surviving regions keep open. All regions that were mapped from its paths in
 * the same mode share one descriptor, because a process may map far more regions than it may open
 * files.
 *
 * <p>Only on known file systems do the numbers of the device and the inode identify a file. On
 * others, such as 9p, two files may have the same numbers; there each region has a descriptor of
 * its own.
 */
final class SharedFile extends RegionFile {
  /** Identifies a file and an access mode. No other file gets the inode while the file is open. */
  private record Identity(long device, long inode, boolean writable) {
    // The methods that the compiler adds to a record load more classes when first called.

    @Override
    public boolean equals(Object other) {
      return other instanceof Identity that
          && device == that.device
          && inode == that.inode
          && writable == that.writable;
    }

    @Override
    public int hashCode() {
      return 31 * Long.hashCode(device) + Long.hashCode(inode) + (writable ? 1 : 0);
    }
  }

  private static final Map<Identity, SharedFile> FILES = new HashMap<>();

  private final Identity identity;

  /** Whether the identity is known to be that of one file. Two threads may both determine this. */
  private volatile boolean isUnique;

  private SharedFile(OpenFile file, Identity identity) {
    super(file);
    this.identity = identity;
  }

  /**
   * Returns the file to map, for one use. If a descriptor of it is already shared, then the given
   * one is closed.
   *
   * @param writable whether the file was opened for writing, too
   */
  static RegionFile of(OpenFile opened, boolean writable) {
    try {
      FileStatus status = status(opened);
      if (!status.isRegular()) {
        return new RegionFile(opened);
      }
      SharedFile file = shared(opened, new Identity(status.device(), status.inode(), writable));
      if (file.file() != opened) {
        if (!file.keepIfUnique()) {
          return new RegionFile(opened);
        }
        opened.closeQuietly();
      }
      return file;
    } catch (RuntimeException | Error e) {
      opened.closeQuietly();
      throw e;
    }
  }

  private static FileStatus status(OpenFile opened) {
    int fd = opened.acquire();
    try {
      return opened.status(fd);
    } finally {
      opened.release();
    }
  }

  /** Returns the shared file of an identity for one more use, or shares the given one. */
  private static SharedFile shared(OpenFile opened, Identity identity) {
    synchronized (FILES) {
      SharedFile known = FILES.get(identity);
      if (known == null) {
        SharedFile file = new SharedFile(opened, identity);
        FILES.put(identity, file);
        return file;
      }
      known.share();
      return known;
    }
  }

  /** Returns whether the identity is that of one file. If it may not be, the use is ended. */
  private boolean keepIfUnique() {
    boolean keeps = false;
    try {
      isUnique = isUnique || identifiesFiles(fileSystem());
      keeps = isUnique;
      return keeps;
    } finally {
      if (!keeps) {
        release();
      }
    }
  }

  /**
   * Returns the type of the file system. It is the same for every file with this identity, because
   * the device numbers of two file systems differ, except for a file of overlayfs that is never
   * copied.
   */
  private int fileSystem() {
    int fd = file().acquire();
    try {
      return file().fileSystem(fd);
    } finally {
      file().release();
    }
  }

  private boolean identifiesFiles(int fileSystem) {
    return LocalFileSystems.identifyFiles(fileSystem)
        || (LocalFileSystems.isOverlay(fileSystem) && identity.writable);
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
