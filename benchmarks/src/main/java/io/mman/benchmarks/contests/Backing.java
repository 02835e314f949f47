package io.mman.benchmarks.contests;

/** Kinds of memory. */
public enum Backing {
  ANONYMOUS("anonymous, private"),
  ANONYMOUS_SHARED("anonymous, shared"),
  DEV_ZERO("/dev/zero, private"),
  MEMFD("memfd, written"),
  TMPFS("tmpfs file, written"),
  FILE_READ("disk file, read"),
  FILE_WRITE("disk file, written"),
  FILE_COPY_ON_WRITE("disk file, copy-on-write");

  private final String label;

  Backing(String label) {
    this.label = label;
  }

  /** Returns whether an access is a store. */
  boolean writes() {
    return this != FILE_READ;
  }

  boolean isShared() {
    return switch (this) {
      case ANONYMOUS_SHARED, MEMFD, TMPFS, FILE_READ, FILE_WRITE -> true;
      default -> false;
    };
  }

  boolean isOnDisk() {
    return this == FILE_READ || this == FILE_WRITE || this == FILE_COPY_ON_WRITE;
  }

  /** Returns whether the accessed pages stay allocated after unmapping. */
  boolean keepsPages() {
    return this == MEMFD || this == TMPFS;
  }

  @Override
  public String toString() {
    return label;
  }
}
