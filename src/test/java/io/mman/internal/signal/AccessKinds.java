package io.mman.internal.signal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.zip.CRC32;

/**
 * Accesses lost pages in every way that Java has. Each gets the pages after the end of the file,
 * and checks that it finds zeros, or what it has stored.
 */
final class AccessKinds {
  static final long PAGES = 16;
  static final long KEPT = 5;
  static final long LENGTH = PAGES * Victim.PAGE;

  /** In the middle of a page, whose rest is zeros and not lost. */
  static final long TRUNCATED_LENGTH = KEPT * Victim.PAGE - Victim.PAGE / 2;

  private static final int LOST_BYTES = (int) ((PAGES - KEPT) * Victim.PAGE);
  private static final int ROUNDS = 20_000;

  private static final VarHandle INT = JAVA_INT.varHandle();
  private static final VarHandle LONG = JAVA_LONG.varHandle();
  private static final byte[] ZEROS = new byte[LOST_BYTES];
  private static final MemorySegment OTHER = Arena.global().allocate(LOST_BYTES);
  private static final Map<String, Kind> KINDS = kinds();

  private static final MethodHandle MEMCPY =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().find("memcpy").orElseThrow(),
              FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));

  /** Keeps the compiler from leaving accesses out. */
  @SuppressWarnings("unused")
  private static boolean sink;

  private AccessKinds() {}

  /**
   * An access.
   *
   * @param pages how many of the pages it touches
   * @param stores whether it stores to them
   * @param test whether it finds what it should
   */
  record Kind(long pages, boolean stores, Predicate<MemorySegment> test) {}

  private static Map<String, Kind> kinds() {
    Map<String, Kind> kinds = new LinkedHashMap<>();
    kinds.put("get", new Kind(1, false, lost -> lost.get(JAVA_BYTE, 100) == 0));
    kinds.put(
        "set",
        new Kind(1, true, lost -> stores(lost, () -> lost.set(JAVA_BYTE, 100, (byte) 1), 1, 100)));
    kinds.put("loop", new Kind(PAGES - KEPT, false, lost -> sum(lost) == 0));
    kinds.put("getVolatile", new Kind(1, false, lost -> (int) INT.getVolatile(lost, 8L) == 0));
    kinds.put(
        "setVolatile",
        new Kind(1, true, lost -> stores(lost, () -> INT.setVolatile(lost, 8L, 2), 2, 8)));
    kinds.put("compareAndSet", new Kind(1, true, AccessKinds::compareAndSet));
    kinds.put("getAndAdd", new Kind(1, true, AccessKinds::getAndAdd));
    kinds.put("copy from", new Kind(PAGES - KEPT, false, AccessKinds::copyFrom));
    kinds.put("copy to", new Kind(PAGES - KEPT, true, AccessKinds::copyTo));
    kinds.put("copy between segments", new Kind(PAGES - KEPT, false, AccessKinds::copyBetween));
    kinds.put(
        "toArray",
        new Kind(PAGES - KEPT, false, lost -> Arrays.equals(lost.toArray(JAVA_BYTE), ZEROS)));
    kinds.put(
        "fill",
        new Kind(
            PAGES - KEPT,
            true,
            lost -> stores(lost, () -> lost.fill((byte) 9), 9, LOST_BYTES - 1)));
    kinds.put(
        "mismatch",
        new Kind(PAGES - KEPT, false, lost -> lost.mismatch(MemorySegment.ofArray(ZEROS)) == -1));
    kinds.put("getString", new Kind(1, false, lost -> lost.getString(0).isEmpty()));
    kinds.put("ByteBuffer", new Kind(1, false, lost -> lost.asByteBuffer().getLong(4096) == 0));
    kinds.put(
        "CRC32",
        new Kind(PAGES - KEPT, false, lost -> crc(lost) == crc(MemorySegment.ofArray(ZEROS))));
    kinds.put(
        "memcpy from",
        new Kind(PAGES - KEPT, false, lost -> memcpy(OTHER.fill((byte) 3), lost) && isZero(OTHER)));
    kinds.put(
        "memcpy to",
        new Kind(
            PAGES - KEPT, true, lost -> memcpy(lost, OTHER.fill((byte) 4)) && isLike(lost, OTHER)));
    return kinds;
  }

  private static boolean stores(MemorySegment lost, Runnable store, int value, long offset) {
    store.run();
    return lost.get(JAVA_BYTE, offset) == value;
  }

  private static long sum(MemorySegment segment) {
    long sum = 0;
    for (long i = 0; i < segment.byteSize(); i++) {
      sum += segment.get(JAVA_BYTE, i);
    }
    return sum;
  }

  private static boolean compareAndSet(MemorySegment lost) {
    return LONG.compareAndSet(lost, 4096L, 0L, 5L) && (long) LONG.get(lost, 4096L) == 5;
  }

  private static boolean getAndAdd(MemorySegment lost) {
    return (long) LONG.getAndAdd(lost, 8192L, 6L) == 0 && (long) LONG.get(lost, 8192L) == 6;
  }

  private static boolean copyFrom(MemorySegment lost) {
    byte[] bytes = new byte[LOST_BYTES];
    Arrays.fill(bytes, (byte) 1);
    MemorySegment.copy(lost, JAVA_BYTE, 0, bytes, 0, LOST_BYTES);
    return Arrays.equals(bytes, ZEROS);
  }

  private static boolean copyTo(MemorySegment lost) {
    MemorySegment bytes = MemorySegment.ofArray(Samples.bytes(0, LOST_BYTES));
    lost.copyFrom(bytes);
    return isLike(lost, bytes);
  }

  private static boolean copyBetween(MemorySegment lost) {
    OTHER.fill((byte) 1).copyFrom(lost);
    return isZero(OTHER);
  }

  private static boolean isZero(MemorySegment segment) {
    return isLike(segment, MemorySegment.ofArray(ZEROS));
  }

  private static boolean isLike(MemorySegment segment, MemorySegment other) {
    return segment.mismatch(other) == -1;
  }

  private static long crc(MemorySegment segment) {
    CRC32 crc = new CRC32();
    crc.update(segment.asByteBuffer());
    return crc.getValue();
  }

  private static boolean memcpy(MemorySegment to, MemorySegment from) {
    try {
      MemorySegment result = (MemorySegment) MEMCPY.invokeExact(to, from, (long) LOST_BYTES);
      return result.address() == to.address();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Takes a folder, a {@link MissingPages}, and "compiled" if the accesses are to be compiled
   * before pages are lost.
   */
  public static void main(String... arguments) throws IOException {
    if (arguments.length > 2) {
      compile();
    }
    MissingPages cause = MissingPages.valueOf(arguments[1]);
    Path path = cause.file(Path.of(arguments[0]));
    try (MappedRegion region = Mapping.file(path).readWrite().surviveBusErrors().mapShared()) {
      cause.prepare(region, path);
      long count = 0;
      for (Map.Entry<String, Kind> kind : KINDS.entrySet()) {
        long pages = cause.lostPages(kind.getValue());
        cause.lose(path);
        MemorySegment lost = region.segment().asSlice(LENGTH - LOST_BYTES);
        Victim.require(kind.getValue().test.test(lost), kind.getKey());
        count += pages;
        requireLost(region, kind.getKey(), count, pages);
        requireKept(region.segment(), cause);
        cause.provide(path);
        region.restore();
        requireLost(region, kind.getKey() + " restored", count, 0);
      }
    }
    System.out.println("survived " + KINDS.size());
  }

  private static void compile() {
    for (int i = 0; i < ROUNDS; i++) {
      for (Kind kind : KINDS.values()) {
        if (kind.pages == 1 || i % 64 == 0) {
          OTHER.set(JAVA_BYTE, 0, (byte) 0); // where the string ends
          sink ^= kind.test.test(OTHER);
        }
      }
    }
  }

  private static void requireLost(MappedRegion region, String kind, long count, long pages) {
    long lost = region.lostPages();
    Victim.require(lost == count, kind + ": " + lost + " pages were lost, not " + count);
    try {
      region.requireIntact();
      Victim.require(pages == 0, kind + ": not reported");
    } catch (MmanException e) {
      Victim.require(pages > 0 && e.error() == Errno.EIO, kind + ": " + e);
      String number = pages == 1 ? "1 page lost" : pages + " pages lost";
      Victim.require(e.getMessage().contains(number), kind + ": " + e);
    }
  }

  static void requireKept(MemorySegment segment, MissingPages cause) {
    long kept = cause == MissingPages.TRUNCATED ? TRUNCATED_LENGTH : KEPT * Victim.PAGE;
    MemorySegment sample = MemorySegment.ofArray(Samples.bytes(0, kept));
    Victim.require(segment.asSlice(0, kept).mismatch(sample) == -1, "not kept");
    for (long i = kept; i < KEPT * Victim.PAGE; i++) {
      Victim.require(segment.get(JAVA_BYTE, i) == 0, "not zero after the end: " + i);
    }
  }
}
