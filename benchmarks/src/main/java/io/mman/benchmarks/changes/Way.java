package io.mman.benchmarks.changes;

import java.io.IOException;

/** The ways to find changed pages that take turns. */
enum Way {
  TRACKER("`ChangeTracker.take`"),
  C("C, with the same system calls"),
  COPY("`MemorySegment.mismatch` with a copy"),
  CHECKSUM("`CRC32C` of each page");

  final String text;

  Way(String text) {
    this.text = text;
  }

  /** Opens memory that has no changes. */
  Finder open(Kind kind, long size) throws IOException, InterruptedException {
    return switch (this) {
      case TRACKER -> new TrackingFinder(kind, size);
      case C -> new CFinder(kind, size);
      case COPY -> new ComparingFinder(kind, size);
      case CHECKSUM -> new ChecksumFinder(kind, size);
    };
  }
}
