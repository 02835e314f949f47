package io.mman;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which bytes of a file live regions cover, so that the file is not cut under them. A region adds
 * its extent while it holds the file's size, removes it when it is unmapped.
 */
final class Extents {
  /** What one region covers. */
  static final class Extent {
    private volatile long end;

    private Extent(long end) {
      this.end = end;
    }
  }

  private final Set<Extent> live = ConcurrentHashMap.newKeySet();

  /** No live extent reaches beyond; spares the files that only grow a look at every region. */
  private volatile long highest;

  /** Adds an extent that ends before this byte of the file. */
  Extent add(long end) {
    Extent extent = new Extent(end);
    live.add(extent);
    raise(end);
    return extent;
  }

  /** Moves the end of an extent: its region has grown or shrunk. */
  void move(Extent extent, long end) {
    extent.end = end;
    raise(end);
  }

  void remove(Extent extent) {
    live.remove(extent);
  }

  /** Returns the length that the file must keep. Exact, if no region is added meanwhile. */
  long covered(long wanted) {
    if (wanted < highest) {
      long exact = 0;
      for (Extent extent : live) {
        exact = Math.max(exact, extent.end);
      }
      highest = exact;
    }
    return highest;
  }

  private synchronized void raise(long end) {
    if (end > highest) {
      highest = end;
    }
  }
}
