package io.mman.benchmarks.processes;

import io.mman.Mapping;
import io.mman.NativeFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** Agrona's ring buffer for one producer and one consumer, which spin. */
final class AgronaLink implements Link {
  private static final int TYPE = 1;

  private static final int BATCH = 64;

  private final Arena arena = Arena.ofConfined();
  private final OneToOneRingBuffer ring;
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[MESSAGE]);
  private final MemorySegment messageBytes = MemorySegment.ofArray(message.byteArray());

  /** Messages that were read together, as the documentation recommends. */
  private final UnsafeBuffer batch = new UnsafeBuffer(new byte[BATCH * MESSAGE]);

  private final MemorySegment batchBytes = MemorySegment.ofArray(batch.byteArray());
  private int read;
  private int taken;

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
    MemorySegment.copy(source, 0, messageBytes, 0, MESSAGE);
    while (!ring.write(TYPE, message, 0, MESSAGE)) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void receive(MemorySegment target) {
    if (taken == read) {
      read = 0;
      taken = 0;
      while (ring.read(this::add, BATCH) == 0) {
        Thread.onSpinWait();
      }
    }
    MemorySegment.copy(batchBytes, (long) taken * MESSAGE, target, 0, MESSAGE);
    taken++;
  }

  private void add(int type, MutableDirectBuffer buffer, int index, int length) {
    buffer.getBytes(index, batch, read * MESSAGE, length);
    read++;
  }

  @Override
  public void close() {
    arena.close();
  }
}
