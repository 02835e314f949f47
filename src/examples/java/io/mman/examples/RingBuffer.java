package io.mman.examples;

import io.mman.FileSeal;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MemfdFlag;
import io.mman.Mman;
import io.mman.NativeFile;
import io.mman.ipc.Futex;
import io.mman.ipc.SharedLock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Passes messages from one producer to one consumer, which may be threads or processes. A side that
 * has to wait sleeps in the kernel, and notices when the other side has ended or died. {@link
 * RingBufferMain} measures the throughput.
 *
 * <p>The first page of the memory holds two positions in bytes, which only increase: the consumer
 * has read everything before the first one, and the producer has written everything before the
 * second one. Each position is stored by one side and loaded by the other. The remaining pages are
 * the ring. A message consists of its length (4 bytes) and its bytes, padded to a multiple of 8.
 * The ring is mapped twice in a row, so every message is contiguous in memory.
 */
public final class RingBuffer implements AutoCloseable {
  /**
   * The offsets of the fields of one side, 128 bytes apart, because processors fetch two cache
   * lines of 64 bytes at a time.
   */
  private record Side(long position, long sleeps, long state, long lock) {
    Side(long start) {
      this(start, start + 128, start + 256, start + 384);
    }
  }

  private static final Side CONSUMER = new Side(0);
  private static final Side PRODUCER = new Side(512);

  /** The states of a side, which has the state 0 before it is opened for the first time. */
  private static final int OPEN = 1;

  private static final int ENDED = 2;
  private static final int DIED = 3;

  private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle();
  private static final VarHandle FLAG = ValueLayout.JAVA_INT.varHandle();
  private static final ValueLayout.OfInt LENGTH = ValueLayout.JAVA_INT;
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment header;
  private final MemorySegment bytes;
  private final long capacity;
  private final Side here;
  private final Side there;
  private final SharedLock presence;
  private final SharedLock othersPresence;
  private final Futex sleeping;
  private final Futex othersSleeping;
  private long mine; // the position of this side
  private long others; // the last known position of the other side; loading it is a cache miss

  /** Creates the memory. Its size is sealed, so that neither process can truncate it. */
  public static NativeFile create(long capacity) {
    if (capacity < Mman.pageSize() || Long.bitCount(capacity) != 1) {
      throw new IllegalArgumentException(
          "the capacity is not a power of two, or is less than a page: " + capacity);
    }
    long size = Mman.pageSize() + capacity;
    NativeFile memory = NativeFile.memory("ring", size, MemfdFlag.ALLOW_SEALING);
    memory.seal(FileSeal.SHRINK, FileSeal.GROW, FileSeal.SEAL);
    return memory;
  }

  /** Opens the side of the producer. The lock file is created if necessary. */
  public static RingBuffer producer(NativeFile memory, Path lockFile) {
    return new RingBuffer(memory, lockFile, PRODUCER, CONSUMER);
  }

  /** Opens the side of the consumer. The lock file is created if necessary. */
  public static RingBuffer consumer(NativeFile memory, Path lockFile) {
    return new RingBuffer(memory, lockFile, CONSUMER, PRODUCER);
  }

  private RingBuffer(NativeFile memory, Path lockFile, Side here, Side there) {
    this.here = here;
    this.there = there;
    long page = Mman.pageSize();
    capacity = memory.size() - page;
    MappedRegion first = Mapping.file(memory).range(0, page).readWrite().map(arena);
    Mapping ring = Mapping.file(memory).range(page, capacity).readWrite().populate();
    header = first.segment();
    bytes = ring.mirrored().map(arena).segment();
    sleeping = Futex.at(first, here.sleeps);
    othersSleeping = Futex.at(first, there.sleeps);
    presence = SharedLock.at(first, here.lock, lockFile);
    othersPresence = SharedLock.at(first, there.lock, lockFile);
    if (presence.tryLock().isEmpty()) {
      release();
      throw new IllegalStateException("this side of the ring is already open");
    }
    FLAG.setVolatile(header, here.state, OPEN);
    mine = (long) POSITION.getAcquire(header, here.position);
    others = (long) POSITION.getAcquire(header, there.position);
  }

  /** Writes a message. Returns false if there is currently no room for it. */
  public boolean offer(MemorySegment message) {
    long size = sizeOf(message.byteSize());
    if (size > capacity) {
      throw new IllegalArgumentException("the message is too large: " + message.byteSize());
    }
    if (!hasRoom(size)) {
      return false;
    }
    bytes.set(LENGTH, index(), (int) message.byteSize());
    MemorySegment.copy(message, 0, bytes, index() + Integer.BYTES, message.byteSize());
    moveBy(size);
    return true;
  }

  /**
   * Copies the next message and returns its length in bytes, or -1 if there is currently no
   * message.
   */
  public int poll(MemorySegment target) {
    if (isEmpty()) {
      return -1;
    }
    int length = bytes.get(LENGTH, index());
    MemorySegment.copy(bytes, index() + Integer.BYTES, target, 0, length);
    moveBy(sizeOf(length));
    return length;
  }

  /** Writes a message, and sleeps until there is room for it if necessary. */
  public void put(MemorySegment message) throws InterruptedException {
    while (!offer(message)) {
      if (!awaitOther()) {
        throw new IllegalStateException("the consumer has ended");
      }
    }
  }

  /**
   * Copies the next message, and sleeps until there is one if necessary. Returns its length in
   * bytes, or -1 if the producer has ended and all messages have been read.
   */
  public int take(MemorySegment target) throws InterruptedException {
    int length = poll(target);
    while (length < 0 && awaitOther()) {
      length = poll(target);
    }
    return length;
  }

  /** Publishes the new position, and wakes the other side if it may be asleep. */
  private void moveBy(long size) {
    mine += size;
    POSITION.setVolatile(header, here.position, mine); // before the flag is loaded
    if ((int) FLAG.getVolatile(header, there.sleeps) != 0) {
      wakeOther();
    }
  }

  private void wakeOther() {
    FLAG.setVolatile(header, there.sleeps, 0);
    othersSleeping.wake(1);
  }

  /**
   * Sleeps until the other side has moved its position. Returns false if the other side has ended.
   *
   * @throws IllegalStateException if the process of the other side has died
   */
  private boolean awaitOther() throws InterruptedException {
    while (true) {
      FLAG.setVolatile(header, here.sleeps, 1); // before the position is loaded
      int state = (int) FLAG.getVolatile(header, there.state);
      if ((long) POSITION.getVolatile(header, there.position) != others) {
        FLAG.setVolatile(header, here.sleeps, 0);
        return true;
      }
      if (state == DIED) {
        throw new IllegalStateException("the process of the other side has died");
      }
      if (state == ENDED) {
        return false;
      }
      if (!sleeping.await(1, PATIENCE) && state == OPEN) {
        noticeDeath();
      }
    }
  }

  /** Checks whether the other side, which was open, still holds its lock. */
  private void noticeDeath() {
    Optional<SharedLock.State> lock = othersPresence.tryLock();
    if (lock.isPresent()) {
      if (lock.get() == SharedLock.State.OWNER_DIED) {
        FLAG.setVolatile(header, there.state, DIED);
      }
      othersPresence.unlock();
    }
  }

  private boolean hasRoom(long size) {
    if (mine + size - others > capacity) {
      others = (long) POSITION.getAcquire(header, there.position);
    }
    return mine + size - others <= capacity;
  }

  private boolean isEmpty() {
    if (mine == others) {
      others = (long) POSITION.getAcquire(header, there.position);
    }
    return mine == others;
  }

  private long index() {
    return mine & capacity - 1;
  }

  private static long sizeOf(long length) {
    return (Integer.BYTES + length + 7) & -8;
  }

  /** Ends this side and wakes the other one. */
  @Override
  public void close() {
    FLAG.setVolatile(header, here.state, ENDED);
    wakeOther();
    presence.unlock();
    release();
  }

  private void release() {
    presence.close();
    othersPresence.close();
    arena.close();
  }
}
