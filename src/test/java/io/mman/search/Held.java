package io.mman.search;

import io.mman.MappedRegion;
import java.lang.foreign.MemorySegment;

/**
 * A region and what the search knows about it.
 *
 * @param base offset of its first byte in the pattern
 */
record Held(MappedRegion region, Pattern pattern, long base, Lineage lineage) {
  /** What a region has in common with those that were split from it. */
  static final class Lineage {
    final Kind kind;

    /** The thread that it is confined to, or null. */
    final Thread owner;

    /** Its file is truncated at any moment. */
    final boolean mayLose;

    /** Some pages have been sealed, by the library or without its knowledge. */
    private volatile boolean sealed;

    /** COLLAPSE wants memory of its own. */
    private volatile boolean collapsed;

    /** The regions of the last split. */
    volatile Held rest;

    Lineage(Kind kind, Thread owner, boolean mayLose) {
      this.kind = kind;
      this.owner = owner;
      this.mayLose = mayLose;
    }

    void willSeal() {
      sealed = true;
    }

    boolean maybeSealed() {
      return sealed;
    }

    void willCollapse() {
      collapsed = true;
    }

    boolean maybeCollapse() {
      return collapsed;
    }
  }

  /** The kinds of lifetimes. */
  enum Kind {
    OWNED,
    /** Closed by the search in the end. */
    ARENA,
    /** Closed by the garbage collector. */
    AUTOMATIC,
    /** Open until the JVM ends. */
    GLOBAL,
    /** That of the view that it wraps. */
    WRAP
  }

  /** A view that a region has handed out. */
  record View(MemorySegment segment, Held from) {
    long base() {
      return from.base;
    }
  }

  /** Another region with the same bytes. */
  Held with(MappedRegion other, long offset) {
    return new Held(other, pattern, base + offset, lineage);
  }
}
