package io.mman.benchmarks.processes;

import io.mman.Mapping;
import io.mman.NativeFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** Agrona's ring buffer for one producer and one consumer, which spin. */
final class AgronaLink implements Link {
  private static final int TYPE = 1;

  private final Arena arena = Arena.ofConfined();
  private final OneToOneRingBuffer ring;
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[MESSAGE]);

  AgronaLink(NativeFile memory) {
    MemorySegment bytes = Mapping.file(memory).readWrite().populate().map(arena).segment();
    ring = new OneToOneRingBuffer(new UnsafeBuffer(bytes.asByteBuffer()));
  }

  /** Returns the size of the memory for a capacity. */
  static long size(long capacity) {
    return capacity + RingBufferDescriptor.TRAILER_LENGTH;
  }

  @Override
  public void send(MemorySegment source) {
    MemorySegment.copy(source, 0, MemorySegment.ofArray(message.byteArray()), 0, MESSAGE);
    while (!ring.write(TYPE, message, 0, MESSAGE)) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void receive(MemorySegment target) {
    while (ring.read(
            (type, buffer, index, length) -> {
              buffer.getBytes(index, message, 0, length);
            },
            1)
        == 0) {
      Thread.onSpinWait();
    }
    MemorySegment.copy(MemorySegment.ofArray(message.byteArray()), 0, target, 0, MESSAGE);
  }

  @Override
  public void close() {
    arena.close();
  }
}
