package io.mman;

import java.util.concurrent.atomic.LongAdder;

/** One region in the count of all: how many live, and how many bytes of each kind. */
final class Tally {
  private static final LongAdder MAPS = new LongAdder();
  private static final LongAdder UNMAPS = new LongAdder();

  /** Regions split off others, less those that have become part of another. */
  private static final LongAdder SPLITS = new LongAdder();

  private static final LongAdder[] BYTES = new LongAdder[Backing.Kind.values().length];

  static {
    for (int i = 0; i < BYTES.length; i++) {
      BYTES[i] = new LongAdder();
    }
  }

  private final LongAdder kind;
  private long bytes;

  private Tally(Backing.Kind kind, long bytes) {
    this.kind = bytesOf(kind);
    this.bytes = bytes;
    this.kind.add(bytes);
  }

  /** Counts a region that was mapped. */
  static Tally ofMapped(Backing.Kind kind, long bytes) {
    MAPS.increment();
    return new Tally(kind, bytes);
  }

  /** Counts a region that was split off another. */
  static Tally ofSplit(Backing.Kind kind, long bytes) {
    SPLITS.increment();
    return new Tally(kind, bytes);
  }

  /** The region has another size. Only one thread at a time resizes a region. */
  void resize(long newBytes) {
    kind.add(newBytes - bytes);
    bytes = newBytes;
  }

  /** The region is unmapped. */
  void unmap() {
    UNMAPS.increment();
    resize(0);
  }

  /** The region has become part of another. */
  void join() {
    SPLITS.decrement();
    resize(0);
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
