package io.mman.examples;

import io.mman.FileSeal;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MemfdFlag;
import io.mman.NativeFile;
import io.mman.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * Messages from one producer to one consumer, which may be threads or processes, without a lock or
 * a system call. {@link RingBufferMain} counts how many a second.
 *
 * <p>The memory starts with two positions, which only grow: up to where the consumer has read, and
 * up to where the producer has written. Each has one writer, who stores it with release when the
 * bytes before it are done with; the other loads it with acquire. A message is its length and its
 * bytes, padded to 8, and never wraps: the rest of a lap that is too short for it is skipped.
 */
final class RingBuffer {
  private static final long READ = 0;

  /** Two cache lines away: processors fetch pairs, and each position has another writer. */
  private static final long WRITTEN = 128;

  private static final long DATA = 256;
  private static final int SKIP = -1;
  private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle();
  private static final ValueLayout.OfInt LENGTH = ValueLayout.JAVA_INT;

  private final MemorySegment bytes;
  private final long capacity;
  private long mine; // this side's position
  private long others; // the other side's, as last seen: asking again costs a cache miss

  /** Creates the memory: of a fixed size, so that no process can cut it under the other. */
  static NativeFile create(long capacity) {
    if (capacity < 16 || Long.bitCount(capacity) != 1) {
      throw new IllegalArgumentException("not a power of two from 16 on: " + capacity);
    }
    NativeFile memory = NativeFile.memory("ring", DATA + capacity, MemfdFlag.ALLOW_SEALING);
    memory.seal(FileSeal.SHRINK, FileSeal.GROW, FileSeal.SEAL);
    return memory;
  }

  /** Opens the producer's side. */
  static RingBuffer producer(Path memory, Arena arena) {
    return new RingBuffer(memory, arena, WRITTEN, READ);
  }

  /** Opens the consumer's side. */
  static RingBuffer consumer(Path memory, Arena arena) {
    return new RingBuffer(memory, arena, READ, WRITTEN);
  }

  private RingBuffer(Path memory, Arena arena, long mine, long others) {
    Mapping mapping = Mapping.file(memory).protection(Protection.READ_WRITE).populate();
    MappedRegion region = mapping.map(arena);
    bytes = region.segment();
    capacity = bytes.byteSize() - DATA;
    this.mine = (long) POSITION.getAcquire(bytes, mine);
    this.others = (long) POSITION.getAcquire(bytes, others);
  }

  /** Writes a message, or returns false if there is no room for it now. */
  boolean offer(MemorySegment message) {
    long size = sizeOf(message.byteSize());
    if (size > capacity / 2) {
      throw new IllegalArgumentException("a message of " + message.byteSize() + " bytes");
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

  /** Copies the next message and returns its length, or -1 if there is none now. */
  int poll(MemorySegment target) {
    if (isEmpty()) {
      return -1;
    }
    if (bytes.get(LENGTH, here()) == SKIP) {
      mine += leftOfLap(); // a message follows: the producer publishes the two at once
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
