package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What tests do with the views of regions. */
final class Views {
  private Views() {}

  static byte byteAt(MemorySegment view, long offset) {
    return view.get(ValueLayout.JAVA_BYTE, offset);
  }

  /** Gives every byte a value by which it can be told where it was written. */
  static void mark(MemorySegment view) {
    for (long i = 0; i < view.byteSize(); i++) {
      view.set(ValueLayout.JAVA_BYTE, i, markOf(i));
    }
  }

  /** Never 0, and not the same a page further on. */
  static byte markOf(long offset) {
    return (byte) (1 + (offset + offset / 4096) % 127);
  }

  /** Checks a range of bytes that {@link #mark} has written. */
  static void assertMarked(MemorySegment view, long from, long to) {
    assertMarked(view, from, to, 0);
  }

  /** Checks bytes that {@link #mark} has written {@code shift} bytes further on. */
  static void assertMarked(MemorySegment view, long from, long to, long shift) {
    for (long i = from; i < to; i++) {
      assertEquals(markOf(i + shift), byteAt(view, i), "at " + i);
    }
  }

  static void assertZero(MemorySegment view, long from, long to) {
    for (long i = from; i < to; i++) {
      assertEquals(0, byteAt(view, i), "at " + i);
    }
  }

  static void assertRevoked(MemorySegment view) {
    assertFalse(view.scope().isAlive());
    if (view.byteSize() > 0) {
      assertThrows(IllegalStateException.class, () -> byteAt(view, 0));
    }
  }

  static void assertAlive(MemorySegment view) {
    assertTrue(view.scope().isAlive());
  }
}
