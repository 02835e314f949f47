package io.mman.internal.file;

import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.FileStatus;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one file that live regions of this process map, no matter by which descriptor or
 * name they have opened it. The file must not be truncated under them.
 *
 * <p>A region adds its extent before it maps the pages. When no view is left, it removes the extent
 * before it unmaps the last page, because the inode number may belong to another file after that.
 * From the moment an extent is added, no call of this process truncates the file under it. A file
 * that is long enough then stays long enough. Code that has queried the length before that moment
 * must check whether the file has become shorter since ({@link #truncations}).
 */
public final class MappedExtents {
  /** The part that one region maps. It is an element of a linked list. */
  public final class Extent {
    private long end;
    private @Nullable Extent before;
    private @Nullable Extent next;

    private Extent(long end) {
      this.end = end;
    }

    /** Adds an extent inside this one or next to it, for a region that is split off. */
    public Extent beside(long otherEnd) {
      retain();
      return add(otherEnd);
    }

    /** Moves the end, because the size of the region changes. */
    public void move(long newEnd) {
      MappedExtents.this.move(this, newEnd);
    }

    /** Removes the extent, because the region is unmapped. A second call has no effect. */
    public void remove() {
      if (MappedExtents.this.remove(this)) {
        release();
      }
    }
  }

  /** The end of an extent that has been removed. */
  private static final long REMOVED = -1;

  /** The files that are in use, each of which is its own key. Guarded by the class. */
  private static final Map<MappedExtents, MappedExtents> FILES = new HashMap<>();

  /** Counts the calls that may have made a file shorter. */
  private static volatile int truncations;

  private final long device;
  private final long inode;

  /** The live extents, and the calls that are using this object. Guarded by the class. */
  private int users;

  /**
   * Held while an extent is added or moved, and while the length of the file is set. It is not held
   * while an extent is removed, because ftruncate(2) may take long.
   */
  private final Object length = new Object();

  private @Nullable Extent first;

  /** An upper bound of all ends, so that the list is not searched for a file that only grows. */
  private long highest;

  MappedExtents(FileStatus file) {
    this.device = file.device();
    this.inode = file.inode();
  }

  /** Returns the extents of a file, which the caller must release. */
  static MappedExtents of(FileStatus file) {
    MappedExtents wanted = new MappedExtents(file);
    synchronized (MappedExtents.class) {
      MappedExtents extents = FILES.get(wanted);
      if (extents == null) {
        extents = wanted;
        FILES.put(extents, extents);
      }
      extents.users++;
      return extents;
    }
  }

  MappedExtents retain() {
    synchronized (MappedExtents.class) {
      users++;
    }
    return this;
  }

  /** Returns whether the files of other descriptors can be found to be the same. */
  boolean isShared() {
    return inode != 0;
  }

  /** Ends one use. After the last one, the inode number may belong to another file. */
  void release() {
    synchronized (MappedExtents.class) {
      users--;
      if (users == 0) {
        FILES.remove(this);
      }
    }
  }

  /**
   * Returns a number that changes whenever this process makes any file shorter. If it is the same
   * before a file's length is queried and after an extent is added, the length is still valid.
   */
  public static int truncations() {
    return truncations;
  }

  /**
   * Adds an extent, for a caller that has retained this object for it.
   *
   * @param end the first byte of the file after the extent
   */
  Extent add(long end) {
    Extent extent = new Extent(end);
    synchronized (length) {
      synchronized (this) {
        extent.next = first;
        if (first != null) {
          first.before = extent;
        }
        first = extent;
        highest = Math.max(highest, end);
      }
    }
    return extent;
  }

  private void move(Extent extent, long end) {
    synchronized (length) {
      synchronized (this) {
        if (extent.end != REMOVED) {
          extent.end = end;
          highest = Math.max(highest, end);
        }
      }
    }
  }

  /** Returns whether the extent was live. */
  private synchronized boolean remove(Extent extent) {
    if (extent.end == REMOVED) {
      return false;
    }
    extent.end = REMOVED;
    if (extent.next != null) {
      extent.next.before = extent.before;
    }
    if (extent.before != null) {
      extent.before.next = extent.next;
    } else {
      first = extent.next;
    }
    return true;
  }

  /**
   * Returns the length of the file that live regions need, if it is greater than the given length;
   * otherwise a number that is not greater.
   */
  synchronized long covered(long newLength) {
    if (newLength < highest) {
      long exact = 0;
      for (Extent extent = first; extent != null; extent = extent.next) {
        exact = Math.max(exact, extent.end);
      }
      highest = exact;
    }
    return highest;
  }

  /**
   * Sets the length of the file. A length that is too short for live regions is refused only if it
   * is less than the present one: the file may be too short already, because another process has
   * truncated it or a region is about to extend it.
   *
   * @return 0, the negative errno of ftruncate(2), or the length that live regions need, if it is
   *     greater than the new one; then nothing has changed
   */
  long truncate(int fd, long newLength) {
    synchronized (length) {
      long covered = covered(newLength);
      if (newLength < covered) {
        FileStatus now = new FileStatus();
        int result = FileCalls.fstat(fd, now);
        if (result < 0 || newLength < now.size()) {
          return result < 0 ? result : covered;
        }
      }
      try {
        return FileCalls.ftruncate(fd, newLength);
      } finally {
        truncated();
      }
    }
  }

  /** Sets the length of the file, unless it is as long already. Returns 0 or the negative errno. */
  int lengthen(int fd, long newLength) {
    synchronized (length) {
      FileStatus now = new FileStatus();
      int result = FileCalls.fstat(fd, now);
      return result < 0 || now.size() >= newLength ? result : FileCalls.ftruncate(fd, newLength);
    }
  }

  private static synchronized void truncated() {
    truncations++;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof MappedExtents file && file.device == device && file.inode == inode;
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(inode) + Long.hashCode(device);
  }
}
