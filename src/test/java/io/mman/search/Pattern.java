package io.mman.search;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The possible bytes of one file or of one piece of memory: all writers write the same values, and
 * unwritten bytes are zero. So any other value shows that a call used the wrong address.
 *
 * @param id distinguishes it from others
 * @param ofFile whether each page has a value of its own; memory, which may move, has one value
 * @param middle the offset from which on a mirrored region shows its bytes again
 * @param half how many bytes it shows twice; 0 for any other region
 */
record Pattern(int id, boolean ofFile, long middle, long half) {
  Pattern(int id, boolean ofFile) {
    this(id, ofFile, Long.MAX_VALUE, 0);
  }

  /** Returns what a mirrored region shows that begins at some offset. */
  Pattern mirrored(long offset, long bytes) {
    return new Pattern(id, ofFile, offset + bytes, bytes);
  }

  boolean isMirrored() {
    return half > 0;
  }

  byte at(long offset) {
    long place = offset < middle ? offset : offset - half;
    long page = ofFile ? place >> 12 : 0;
    return (byte) (1 + Math.floorMod((id * 1_000_003L + page) * 0x9E37_79B9_7F4A_7C15L >> 20, 255));
  }

  /** Returns the expected bytes from some offset on. */
  byte[] bytes(long offset, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = at(offset + i);
    }
    return bytes;
  }

  /** Checks bytes that were read at some offset. */
  void check(byte[] bytes, int length, long offset) {
    for (int i = 0; i < length; i++) {
      check(bytes[i], offset + i);
    }
  }

  void check(byte value, long offset) {
    if (value != 0 && value != at(offset)) {
      throw new AssertionError(
          "wrong byte at " + offset + ": " + value + ", not 0 or " + at(offset));
    }
  }

  /** Checks eight bytes, of which each may be written or not yet. */
  void check(long value, long offset) {
    byte[] bytes = new byte[Long.BYTES];
    MemorySegment.ofArray(bytes).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value);
    check(bytes, Long.BYTES, offset);
  }
}
