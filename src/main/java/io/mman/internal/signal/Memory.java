package io.mman.internal.signal;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.internal.libc.MemoryCalls;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/** Memory that this package and the machine code share, by address. */
final class Memory {
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  private static final VarHandle LONG = JAVA_LONG.varHandle();

  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;

  private Memory() {}

  static long get(long address) {
    return ALL.get(JAVA_LONG, address);
  }

  static void put(long address, long value) {
    ALL.set(JAVA_LONG, address, value);
  }

  static int getInt(long address) {
    return ALL.get(JAVA_INT, address);
  }

  static void putInt(long address, int value) {
    ALL.set(JAVA_INT, address, value);
  }

  static long getVolatile(long address) {
    return (long) LONG.getVolatile(ALL, address);
  }

  static void putVolatile(long address, long value) {
    LONG.setVolatile(ALL, address, value);
  }

  static void add(long address, long delta) {
    LONG.getAndAdd(ALL, address, delta);
  }

  static void copy(long from, long to, long bytes) {
    MemorySegment.copy(ALL, from, ALL, to, bytes);
  }

  static void clear(long address, long bytes) {
    ALL.asSlice(address, bytes).fill((byte) 0);
  }

  static MemorySegment segment(long address, long bytes) {
    return ALL.asSlice(address, bytes);
  }

  /**
   * Maps zeroed memory of this package.
   *
   * @throws OutOfMemoryError if the kernel refuses
   */
  static long map(long bytes) {
    long address =
        MemoryCalls.mmap(MemorySegment.NULL, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    if (address < 0) {
      throw new OutOfMemoryError("no memory for the table of surviving ranges: errno " + -address);
    }
    return address;
  }

  static void unmap(long address, long bytes) {
    MemoryCalls.munmap(segment(address, bytes));
  }
}
