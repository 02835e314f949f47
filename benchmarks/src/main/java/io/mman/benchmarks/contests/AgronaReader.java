package io.mman.benchmarks.contests;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads through an Agrona buffer over the buffer that FileChannel maps. */
final class AgronaReader extends Reader {
  private final MappedByteBuffer mapped;
  private final UnsafeBuffer buffer;

  AgronaReader(Memory memory) throws IOException {
    mapped = memory.channel.map(LifetimeContests.READ, 0, memory.bytes());
    buffer = new UnsafeBuffer(mapped);
  }

  @Override
  long sum() {
    long sum = 0;
    for (int at = 0; at < buffer.capacity(); at += Long.BYTES) {
      sum += buffer.getLong(at);
    }
    return sum;
  }

  @Override
  long sumRandom(int count) {
    long pages = buffer.capacity() / PAGE;
    long sum = 0;
    for (long i = 0; i < count; i++) {
      sum += buffer.getLong((int) (PAGE * Touch.page(i, pages)));
    }
    return sum;
  }

  @Override
  public void close() {
    BufferUtil.free(mapped);
  }
}
