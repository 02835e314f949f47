package io.mman.testing;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Checks of views of regions, without JUnit, because child JVMs use them too. */
public final class Views {
  private Views() {}

  public static byte byteAt(MemorySegment view, long offset) {
    return view.get(ValueLayout.JAVA_BYTE, offset);
  }

  /** Writes a value to every byte that shows its offset. */
  public static void mark(MemorySegment view) {
    for (long i = 0; i < view.byteSize(); i++) {
      view.set(ValueLayout.JAVA_BYTE, i, markOf(i));
    }
  }

  /** Never 0, and different one page later. */
  public static byte markOf(long offset) {
    return (byte) (1 + (offset + offset / 4096) % 127);
  }

  /** Checks a range of bytes that {@link #mark} has written. */
  public static void assertMarked(MemorySegment view, long from, long to) {
    assertMarked(view, from, to, 0);
  }

  /** Checks bytes that {@link #mark} has written at an offset larger by {@code shift}. */
  public static void assertMarked(MemorySegment view, long from, long to, long shift) {
    for (long i = from; i < to; i++) {
      requireEqual(markOf(i + shift), byteAt(view, i), i);
    }
  }

  public static void assertZero(MemorySegment view, long from, long to) {
    for (long i = from; i < to; i++) {
      requireEqual((byte) 0, byteAt(view, i), i);
    }
  }

  private static void requireEqual(byte expected, byte actual, long offset) {
    if (expected != actual) {
      throw new AssertionError("at " + offset + ": " + actual + ", not " + expected);
    }
  }

  public static void assertRevoked(MemorySegment view) {
    if (view.scope().isAlive()) {
      throw new AssertionError("not revoked");
    }
    try {
      byteAt(view, 0);
    } catch (IllegalStateException | IndexOutOfBoundsException expected) {
      return; // out of bounds: it was empty
    }
    throw new AssertionError("read through a revoked view");
  }

  public static void assertAlive(MemorySegment view) {
    if (!view.scope().isAlive()) {
      throw new AssertionError("revoked");
    }
  }
}
