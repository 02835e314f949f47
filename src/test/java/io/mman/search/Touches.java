package io.mman.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** All ways to access a view. If a view allows too much, or has no pages any more, this crashes. */
final class Touches {
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
  private static final int MOST_BYTES = 8192;
  private static final int TIMES = 12;

  private final Handovers handovers;
  private final FileChannel sink;

  Touches(Handovers handovers, FileChannel sink) {
    this.handovers = handovers;
    this.sink = sink;
  }

  /** Uses a part of a view for a while. */
  void touch(Held.View view, Step step) throws Exception {
    MemorySegment whole = view.segment();
    if (whole.byteSize() == 0) {
      return;
    }
    long start = Math.floorMod(step.from(), whole.byteSize());
    int length = (int) Math.min(MOST_BYTES, whole.byteSize() - start);
    MemorySegment part = whole.asSlice(start, length);
    long offset = view.base() + start;
    for (int i = 0; i < TIMES; i++) {
      int kind = (step.pick() + i * (step.pick() >> 8 & 3)) % 12;
      try {
        touch(kind, part, view.from(), offset);
      } catch (IllegalArgumentException
          | UnsupportedOperationException e) { // ReadOnlyBufferException too
        if (!part.isReadOnly() || kind < 7) {
          throw new AssertionError("touch " + kind, e);
        }
      }
    }
  }

  private void touch(int kind, MemorySegment part, Held from, long offset) throws Exception {
    Pattern pattern = from.pattern();
    boolean mayFail = from.lineage().mayLose;
    int length = (int) part.byteSize();
    switch (kind) {
      case 0 -> pattern.check(part.get(ValueLayout.JAVA_BYTE, length - 1), offset + length - 1);
      case 1 -> sum(part, pattern, offset);
      case 2 -> copyOut(part, pattern, offset);
      case 3 -> part.mismatch(MemorySegment.ofArray(pattern.bytes(offset, length)));
      case 4 -> get(part.asByteBuffer(), pattern, offset);
      case 5 -> handOver(part, mayFail);
      case 6 -> part.asByteBuffer().mismatch(ByteBuffer.wrap(pattern.bytes(offset, length)));
      case 7 -> fill(part, pattern, offset);
      case 8 -> part.copyFrom(MemorySegment.ofArray(pattern.bytes(offset, length)));
      case 9 -> put(part.asByteBuffer(), pattern, offset);
      case 10 -> swap(part, pattern, offset);
      default -> part.set(ValueLayout.JAVA_BYTE, 0, pattern.at(offset));
    }
  }

  private static void sum(MemorySegment part, Pattern pattern, long offset) {
    for (long i = 0; i <= part.byteSize() - Long.BYTES; i += 512) {
      pattern.check(part.get(ValueLayout.JAVA_LONG_UNALIGNED, i), offset + i);
    }
  }

  private static void copyOut(MemorySegment part, Pattern pattern, long offset) {
    byte[] bytes = new byte[(int) part.byteSize()];
    MemorySegment.copy(part, ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
    pattern.check(bytes, bytes.length, offset);
  }

  private static void get(ByteBuffer buffer, Pattern pattern, long offset) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    pattern.check(bytes, bytes.length, offset);
  }

  /** Fills only the part that has one value. */
  private static void fill(MemorySegment part, Pattern pattern, long offset) {
    long length = Math.min(part.byteSize(), Step.PAGE - (offset & (Step.PAGE - 1)));
    part.asSlice(0, length).fill(pattern.at(offset));
  }

  private static void put(ByteBuffer buffer, Pattern pattern, long offset) {
    buffer.put(pattern.bytes(offset, buffer.remaining()));
    buffer.put(0, pattern.at(offset));
  }

  private static void swap(MemorySegment part, Pattern pattern, long offset) {
    long at = -part.address() & (Long.BYTES - 1);
    if (at + Long.BYTES > part.byteSize()) {
      return;
    }
    long now = (long) LONG.getVolatile(part, at);
    pattern.check(now, offset + at);
    MemorySegment bytes = MemorySegment.ofArray(pattern.bytes(offset + at, Long.BYTES));
    LONG.compareAndSet(part, at, now, bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
  }

  /**
   * The kernel can read every view that is still alive: EFAULT is a failure, unless the file is
   * truncated at any moment.
   */
  private void handOver(MemorySegment part, boolean mayFail) throws Exception {
    handovers.during(
        () -> {
          try {
            sink.write(part.asByteBuffer(), 0);
          } catch (IOException e) {
            if (mayFail && "Bad address".equals(e.getMessage())) {
              return;
            }
            throw new UncheckedIOException("the kernel could not read a view", e);
          }
        });
  }
}
