package io.mman.benchmarks.processes;

import io.mman.NativeFile;
import io.mman.examples.RingBuffer;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** The ring buffer of the examples, whose waiting side sleeps or spins. */
final class RingLink implements Link {
  private final RingBuffer ring;
  private final boolean sleeps;

  RingLink(NativeFile memory, Path lockFile, boolean sends, boolean sleeps) {
    ring = sends ? RingBuffer.producer(memory, lockFile) : RingBuffer.consumer(memory, lockFile);
    this.sleeps = sleeps;
  }

  @Override
  public void send(MemorySegment message) throws InterruptedException {
    if (sleeps) {
      ring.put(message);
      return;
    }
    while (!ring.offer(message)) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void receive(MemorySegment target) throws InterruptedException {
    if (sleeps) {
      ring.take(target);
      return;
    }
    while (ring.poll(target) < 0) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    ring.close();
  }
}
