package io.mman.testing;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What tests do with the views of regions; without JUnit, for a JVM that is a test's child. */
public final class Views {
  private Views() {}

  public static byte byteAt(MemorySegment view, long offset) {
    return view.get(ValueLayout.JAVA_BYTE, offset);
  }

  /** Gives every byte a value by which it can be told where it was written. */
  public static void mark(MemorySegment view) {
    for (long i = 0; i < view.byteSize(); i++) {
      view.set(ValueLayout.JAVA_BYTE, i, markOf(i));
    }
  }

  /** Never 0, and not the same a page further on. */
  public static byte markOf(long offset) {
    return (byte) (1 + (offset + offset / 4096) % 127);
  }

  /** Checks a range of bytes that {@link #mark} has written. */
  public static void assertMarked(MemorySegment view, long from, long to) {
    assertMarked(view, from, to, 0);
  }

  /** Checks bytes that {@link #mark} has written {@code shift} bytes further on. */
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
