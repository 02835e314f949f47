package io.mman.internal.region;

import io.mman.internal.file.OpenFile;

/**
 * A {@code NativeFile} of the user that a surviving region needs for as long as it is mapped. If
 * the user closes it earlier, its descriptor stays open for the region.
 */
final class HeldFile extends RegionFile {
  /** Holds a file whose descriptor the caller has acquired. */
  HeldFile(OpenFile file) {
    super(file);
    file.hold();
  }

  @Override
  void release() {
    if (endUse()) {
      file().endHold();
    }
  }
}
