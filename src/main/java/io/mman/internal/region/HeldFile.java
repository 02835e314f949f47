package io.mman.internal.region;

import io.mman.internal.file.OpenFile;

/**
 * A file of the user's that surviving regions need for as long as they are mapped. If the user
 * closes it before, its descriptor stays open.
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
