package io.mman.internal.signal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.testing.Samples;
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
  private static final long PAGES = 16;
  private static final long KEPT = 5;
  private static final long LENGTH = PAGES * Victim.PAGE;

  /** In the middle of a page, whose rest is zeros and not lost. */
  private static final long CUT = KEPT * Victim.PAGE - Victim.PAGE / 2;

  private static final int LOST_BYTES = (int) ((PAGES - KEPT) * Victim.PAGE);
  private static final int ROUNDS = 20_000;

  private static final VarHandle INT = JAVA_INT.varHandle();
  private static final VarHandle LONG = JAVA_LONG.varHandle();
  private static final byte[] ZEROS = new byte[LOST_BYTES];
  private static final MemorySegment OTHER = Arena.global().allocate(LOST_BYTES);
  private static final Map<String, Predicate<MemorySegment>> KINDS = kinds();

  private static final MethodHandle MEMCPY =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().find("memcpy").orElseThrow(),
              FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));

  private AccessKinds() {}

  private static Map<String, Predicate<MemorySegment>> kinds() {
    Map<String, Predicate<MemorySegment>> kinds = new LinkedHashMap<>();
    kinds.put("get", lost -> lost.get(JAVA_BYTE, 100) == 0);
    kinds.put("set", lost -> stores(lost, () -> lost.set(JAVA_BYTE, 100, (byte) 1), 1, 100));
    kinds.put("loop", lost -> sum(lost) == 0);
    kinds.put("getVolatile", lost -> (int) INT.getVolatile(lost, 8L) == 0);
    kinds.put("setVolatile", lost -> stores(lost, () -> INT.setVolatile(lost, 8L, 2), 2, 8));
    kinds.put("compareAndSet", AccessKinds::compareAndSet);
    kinds.put("getAndAdd", AccessKinds::getAndAdd);
    kinds.put("copy from", AccessKinds::copyFrom);
    kinds.put("copy to", AccessKinds::copyTo);
    kinds.put("copy between segments", AccessKinds::copyBetween);
    kinds.put("toArray", lost -> Arrays.equals(lost.toArray(JAVA_BYTE), ZEROS));
    kinds.put("fill", lost -> stores(lost, () -> lost.fill((byte) 9), 9, LOST_BYTES - 1));
    kinds.put("mismatch", lost -> lost.mismatch(MemorySegment.ofArray(ZEROS)) == -1);
    kinds.put("getString", lost -> lost.getString(0).isEmpty());
    kinds.put("ByteBuffer", lost -> lost.asByteBuffer().getLong(4096) == 0);
    kinds.put("CRC32", lost -> crc(lost) == crc(MemorySegment.ofArray(ZEROS)));
    kinds.put("memcpy from", lost -> memcpy(OTHER.fill((byte) 3), lost) && isZero(OTHER));
    kinds.put("memcpy to", lost -> memcpy(lost, OTHER.fill((byte) 4)) && isLike(lost, OTHER));
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

  /** Takes a folder, and "compiled" if the accesses are to be compiled before pages are lost. */
  public static void main(String... arguments) {
    Path path = Samples.file(Path.of(arguments[0]), LENGTH);
    try (Victim victim = Victim.of(path, LENGTH)) {
      MemorySegment lost = victim.segment.asSlice(LENGTH - LOST_BYTES);
      victim.truncate(CUT); // a longer file then has zeros there
      victim.truncate(LENGTH);
      for (int i = 0; i < ROUNDS && arguments.length > 1; i++) {
        KINDS.get("get").test(lost);
        KINDS.get("getVolatile").test(lost);
        KINDS.get("compareAndSet").test(OTHER);
        KINDS.get("getAndAdd").test(OTHER);
        if (i % 256 == 0) {
          KINDS.get("loop").test(lost);
        }
      }
      long count = 0;
      for (Map.Entry<String, Predicate<MemorySegment>> kind : KINDS.entrySet()) {
        victim.truncate(CUT);
        Victim.require(kind.getValue().test(lost), kind.getKey());
        count += PAGES - KEPT;
        victim.requireLost(count);
        victim.requireSample(0, CUT);
        victim.requireZero(CUT, KEPT * Victim.PAGE);
        victim.truncate(LENGTH);
        Victim.require(victim.restore() == PAGES - KEPT, "not all restored");
        victim.requireZero(KEPT * Victim.PAGE, LENGTH);
        victim.requireLost(count);
      }
      System.out.println("survived " + KINDS.size());
    }
  }
}
