package io.mman;

/** The bytes of a file that a region covers, so that the file is not cut under it. */
final class Cover {
  private final Extents extents;
  private final Extents.Extent extent;

  /** Adds an extent; the caller holds the file's length. */
  Cover(NativeFile file, long end) {
    this(file.extents(), end);
  }

  private Cover(Extents extents, long end) {
    this.extents = extents;
    this.extent = extents.add(end);
  }

  /** Adds an extent that lies in this one, or touches it. */
  Cover beside(long end) {
    return new Cover(extents, end);
  }

  /** The region ends elsewhere now. */
  void move(long end) {
    extents.move(extent, end);
  }

  void remove() {
    extents.remove(extent);
  }
}
