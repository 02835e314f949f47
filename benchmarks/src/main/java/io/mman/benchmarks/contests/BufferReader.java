package io.mman.benchmarks.contests;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;

/** Reads through the byte buffer that FileChannel maps. */
final class BufferReader extends Reader {
  private final MappedByteBuffer buffer;

  BufferReader(Memory memory) throws IOException {
    buffer = memory.channel.map(LifetimeContests.READ, 0, memory.bytes());
    buffer.order(ByteOrder.nativeOrder());
  }

  @Override
  long sum() {
    long sum = 0;
    for (int at = 0; at < buffer.limit(); at += Long.BYTES) {
      sum += buffer.getLong(at);
    }
    return sum;
  }

  @Override
  long sumRandom(int count) {
    long pages = buffer.limit() / PAGE;
    long sum = 0;
    for (long i = 0; i < count; i++) {
      sum += buffer.getLong((int) (PAGE * Touch.page(i, pages)));
    }
    return sum;
  }

  @Override
  public void close() throws IOException {
    try {
      Freed.free(buffer);
    } catch (Throwable t) {
      throw new IOException(t);
    }
  }
}
