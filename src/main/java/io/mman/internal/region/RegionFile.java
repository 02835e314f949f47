package io.mman.internal.region;

import io.mman.internal.file.OpenFile;

/**
 * A file that was opened for a mapping. The mapping itself and the regions that keep the file share
 * it: the region that was mapped, and those split off it. The last of them closes it.
 */
class RegionFile {
  private final OpenFile file;
  private int users = 1;

  RegionFile(OpenFile file) {
    this.file = file;
  }

  final OpenFile file() {
    return file;
  }

  final synchronized RegionFile share() {
    users++;
    return this;
  }

  /** Ends one use. */
  void release() {
    if (endUse()) {
      file.closeQuietly(); // nothing was written through the descriptor, so this cannot fail
    }
  }

  /** Returns whether this was the last use. */
  final synchronized boolean endUse() {
    users--;
    return users == 0;
  }
}
