package io.mman.search;

import io.mman.MappedRegion;
import java.lang.foreign.MemorySegment;

/**
 * A region and what the search knows of it.
 *
 * @param base offset of its first byte in what the pattern is of
 */
record Held(MappedRegion region, Pattern pattern, long base, Lineage lineage) {
  /** What a region has in common with those that were split from it. */
  static final class Lineage {
    final Kind kind;

    /** The thread that it is confined to, or null. */
    final Thread owner;

    /** Some pages have been sealed, by the library or behind its back. */
    private volatile boolean sealed;

    /** COLLAPSE wants memory of its own. */
    private volatile boolean collapsed;

    /** What the last split left. */
    volatile Held rest;

    Lineage(Kind kind, Thread owner) {
      this.kind = kind;
      this.owner = owner;
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

  /** Whose the lifetime is. */
  enum Kind {
    OWNED,
    /** Closed by the search in the end. */
    ARENA,
    /** Of the garbage collector. */
    AUTOMATIC,
    /** Until the JVM ends. */
    GLOBAL,
    /** Of the view that it looks at. */
    LOOK
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
