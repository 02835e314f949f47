package io.mman.benchmarks.contests;

import io.mman.MappedRegion;
import io.mman.Mapping;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/** Reads through a copy of 64 KiB at a time, or of only the eight bytes needed. */
final class CopyReader extends Reader {
  private static final int PIECE = 1 << 16;

  /** Fills the target with the bytes at an offset. */
  @FunctionalInterface
  private interface Copier {
    void copy(long offset, MemorySegment target) throws IOException;
  }

  private final Arena arena;
  private final long bytes;
  private final Copier copier;
  private final MemorySegment piece;
  private final MemorySegment word;

  private CopyReader(Arena arena, long bytes, Copier copier) {
    this.arena = arena;
    this.bytes = bytes;
    this.copier = copier;
    piece = arena.allocate(PIECE, Long.BYTES);
    word = piece.asSlice(0, Long.BYTES);
  }

  static Reader bulk(Memory memory) {
    Arena arena = Arena.ofConfined();
    MemorySegment source = Mapping.file(memory.file).map(arena).segment();
    return new CopyReader(
        arena,
        memory.bytes(),
        (at, target) -> MemorySegment.copy(source, at, target, 0, target.byteSize()));
  }

  static Reader faultProof(Memory memory) {
    Arena arena = Arena.ofConfined();
    MappedRegion region = Mapping.file(memory.file).map(arena);
    return new CopyReader(arena, memory.bytes(), region::read);
  }

  static Reader channel(Memory memory) {
    Arena arena = Arena.ofConfined();
    return new CopyReader(
        arena,
        memory.bytes(),
        (at, target) -> {
          ByteBuffer buffer = target.asByteBuffer();
          while (buffer.hasRemaining()) {
            memory.channel.read(buffer, at + buffer.position());
          }
        });
  }

  @Override
  long sum() throws IOException {
    long sum = 0;
    for (long at = 0; at < bytes; at += PIECE) {
      copier.copy(at, piece);
      for (long i = 0; i < PIECE; i += Long.BYTES) {
        sum += piece.get(ValueLayout.JAVA_LONG, i);
      }
    }
    return sum;
  }

  @Override
  long sumRandom(int count) throws IOException {
    long pages = bytes / PAGE;
    long sum = 0;
    for (long i = 0; i < count; i++) {
      copier.copy(PAGE * Touch.page(i, pages), word);
      sum += word.get(ValueLayout.JAVA_LONG, 0);
    }
    return sum;
  }

  @Override
  public void close() {
    arena.close();
  }
}
