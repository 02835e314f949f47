package io.mman.examples;

import io.mman.FileSeal;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MemfdFlag;
import io.mman.NativeFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * Passes messages from one producer to one consumer, which may be threads or processes, without a
 * lock or a system call. {@link RingBufferMain} measures the throughput.
 *
 * <p>The memory starts with two positions, which only grow: the consumer has read everything before
 * the first, and the producer has written everything before the second. Each position is written by
 * one side only, which stores it with release semantics once it has finished with the preceding
 * bytes; the other side loads it with acquire semantics. A message consists of its length and its
 * bytes, padded to a multiple of 8. It never wraps around: if the rest of the ring is too short for
 * it, that rest is skipped.
 */
final class RingBuffer {
  private static final long READ = 0;

  /** Two cache lines away, as processors fetch pairs of lines and each position has its writer. */
  private static final long WRITTEN = 128;

  private static final long DATA = 256;
  private static final int SKIP = -1;
  private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle();
  private static final ValueLayout.OfInt LENGTH = ValueLayout.JAVA_INT;

  private final MemorySegment bytes;
  private final long capacity;
  private long mine; // the position of this side
  private long others; // the last known position of the other side; a new load is a cache miss

  /** Creates the memory with a fixed size, so that neither process can truncate it. */
  static NativeFile create(long capacity) {
    if (capacity < 16 || Long.bitCount(capacity) != 1) {
      throw new IllegalArgumentException("not a power of two of at least 16: " + capacity);
    }
    NativeFile memory = NativeFile.memory("ring", DATA + capacity, MemfdFlag.ALLOW_SEALING);
    memory.seal(FileSeal.SHRINK, FileSeal.GROW, FileSeal.SEAL);
    return memory;
  }

  /** Opens the side of the producer. */
  static RingBuffer producer(Path memory, Arena arena) {
    return new RingBuffer(memory, arena, WRITTEN, READ);
  }

  /** Opens the side of the consumer. */
  static RingBuffer consumer(Path memory, Arena arena) {
    return new RingBuffer(memory, arena, READ, WRITTEN);
  }

  private RingBuffer(Path memory, Arena arena, long mine, long others) {
    Mapping mapping = Mapping.file(memory).readWrite().populate();
    MappedRegion region = mapping.map(arena);
    bytes = region.segment();
    capacity = bytes.byteSize() - DATA;
    this.mine = (long) POSITION.getAcquire(bytes, mine);
    this.others = (long) POSITION.getAcquire(bytes, others);
  }

  /** Writes a message, or returns false if there is currently no room for it. */
  boolean offer(MemorySegment message) {
    long size = sizeOf(message.byteSize());
    if (size > capacity / 2) {
      throw new IllegalArgumentException("the message is too large: " + message.byteSize());
    }
    long lap = leftOfLap();
    long skip = size > lap ? lap : 0;
    if (!hasRoom(skip + size)) {
      return false;
    }
    if (skip > 0) {
      bytes.set(LENGTH, here(), SKIP);
      mine += skip;
    }
    bytes.set(LENGTH, here(), (int) message.byteSize());
    MemorySegment.copy(message, 0, bytes, here() + Integer.BYTES, message.byteSize());
    mine += size;
    POSITION.setRelease(bytes, WRITTEN, mine);
    return true;
  }

  /** Copies the next message and returns its length, or -1 if there is currently none. */
  int poll(MemorySegment target) {
    if (isEmpty()) {
      return -1;
    }
    if (bytes.get(LENGTH, here()) == SKIP) {
      mine += leftOfLap(); // a message follows, as the producer publishes both at once
    }
    int length = bytes.get(LENGTH, here());
    MemorySegment.copy(bytes, here() + Integer.BYTES, target, 0, length);
    mine += sizeOf(length);
    POSITION.setRelease(bytes, READ, mine);
    return length;
  }

  private boolean hasRoom(long size) {
    if (mine + size - others > capacity) {
      others = (long) POSITION.getAcquire(bytes, READ);
    }
    return mine + size - others <= capacity;
  }

  private boolean isEmpty() {
    if (mine == others) {
      others = (long) POSITION.getAcquire(bytes, WRITTEN);
    }
    return mine == others;
  }

  private long here() {
    return DATA + (mine & capacity - 1);
  }

  private long leftOfLap() {
    return capacity - (mine & capacity - 1);
  }

  private static long sizeOf(long length) {
    return (Integer.BYTES + length + 7) & -8;
  }
}
