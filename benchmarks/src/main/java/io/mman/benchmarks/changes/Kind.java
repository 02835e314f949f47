package io.mman.benchmarks.changes;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;

/** The kinds of memory for which changes are found exactly. */
enum Kind {
  ANONYMOUS("anonymous"),
  MEMFD("memfd");

  final String text;

  Kind(String text) {
    this.text = text;
  }

  /** Maps memory, all pages of which have been written to. */
  MappedRegion map(long size) {
    MappedRegion region = this == ANONYMOUS ? Mapping.anonymous(size).mapShared() : memfd(size);
    region.segment().fill((byte) 1);
    return region;
  }

  private static MappedRegion memfd(long size) {
    try (NativeFile file = NativeFile.memory("takes", size)) {
      return Mapping.file(file).readWrite().mapShared();
    }
  }
}
