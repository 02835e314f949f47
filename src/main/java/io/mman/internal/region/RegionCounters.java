package io.mman.internal.region;

import java.util.concurrent.atomic.LongAdder;

/** Counts all regions and their bytes, in total and by kind. */
final class RegionCounters {
  private static final LongAdder MAPS = new LongAdder();
  private static final LongAdder UNMAPS = new LongAdder();

  /** The regions split off others, less those joined to others. */
  private static final LongAdder SPLITS = new LongAdder();

  private static final LongAdder LOST_PAGES = new LongAdder();

  private static final LongAdder[] BYTES = new LongAdder[Backing.Kind.values().length];

  static {
    for (int i = 0; i < BYTES.length; i++) {
      BYTES[i] = new LongAdder();
    }
  }

  private RegionCounters() {}

  /** Counts a region that was mapped. */
  static void map(Backing.Kind kind, long bytes) {
    MAPS.increment();
    add(kind, bytes);
  }

  /** Counts a region that was split off another. */
  static void split(Backing.Kind kind, long bytes) {
    SPLITS.increment();
    add(kind, bytes);
  }

  /** Counts bytes that a region has more, or less if the number is negative. */
  static void add(Backing.Kind kind, long bytes) {
    bytesOf(kind).add(bytes);
  }

  /** Counts a region of some bytes as unmapped. */
  static void unmap(Backing.Kind kind, long bytes) {
    UNMAPS.increment();
    add(kind, -bytes);
  }

  /** Counts a region of some bytes as part of another. */
  static void join(Backing.Kind kind, long bytes) {
    SPLITS.decrement();
    add(kind, -bytes);
  }

  /** Counts pages that regions have lost to bus errors. */
  static void lose(long pages) {
    LOST_PAGES.add(pages);
  }

  static long lostPages() {
    return LOST_PAGES.sum();
  }

  static long maps() {
    return MAPS.sum();
  }

  static long unmaps() {
    return UNMAPS.sum();
  }

  static long live() {
    return MAPS.sum() + SPLITS.sum() - UNMAPS.sum();
  }

  static long bytes(Backing.Kind kind) {
    return bytesOf(kind).sum();
  }

  @SuppressWarnings("EnumOrdinal") // an index into an array of this class
  private static LongAdder bytesOf(Backing.Kind kind) {
    return BYTES[kind.ordinal()];
  }
}
