package io.mman.internal.region;

import java.util.concurrent.atomic.LongAdder;

/** Counts regions and their bytes, in total and by kind. An instance is one region's share. */
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

  private final LongAdder kind;
  private long bytes;

  private RegionCounters(Backing.Kind kind, long bytes) {
    this.kind = bytesOf(kind);
    this.bytes = bytes;
    this.kind.add(bytes);
  }

  /** Counts a region that was mapped. */
  static RegionCounters ofMapped(Backing.Kind kind, long bytes) {
    MAPS.increment();
    return new RegionCounters(kind, bytes);
  }

  /** Counts a region that was split off another. */
  static RegionCounters ofSplit(Backing.Kind kind, long bytes) {
    SPLITS.increment();
    return new RegionCounters(kind, bytes);
  }

  /** Counts the region with another size. Only one thread at a time resizes a region. */
  void resize(long newBytes) {
    kind.add(newBytes - bytes);
    bytes = newBytes;
  }

  /** Counts the region as unmapped. */
  void unmap() {
    UNMAPS.increment();
    resize(0);
  }

  /** Counts the region as part of another. */
  void join() {
    SPLITS.decrement();
    resize(0);
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
