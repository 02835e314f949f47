package io.mman.internal.region;

import io.mman.internal.file.OpenFile;

/**
 * A file that was opened for a mapping. The mapping itself and the regions that keep the file share
 * it: the region that was mapped, and those split off it. The last of them closes it.
 */
final class RegionFile {
  private final OpenFile file;
  private int users = 1;

  RegionFile(OpenFile file) {
    this.file = file;
  }

  OpenFile file() {
    return file;
  }

  synchronized RegionFile share() {
    users++;
    return this;
  }

  /** Ends one use. Nothing was written through the descriptor, so closing cannot fail. */
  synchronized void release() {
    users--;
    if (users == 0) {
      file.closeQuietly();
    }
  }
}
