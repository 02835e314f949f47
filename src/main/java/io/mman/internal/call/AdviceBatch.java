package io.mman.internal.call;

import io.mman.Advice;
import io.mman.internal.error.MapCountReserve;
import io.mman.internal.jfr.Recorded;
import io.mman.internal.libc.KernelCalls;
import io.mman.internal.libc.Slices;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Gives the same advice for many ranges, in order, with few system calls: process_madvise(2) where
 * it takes the advice, else madvise(2) for each range. A range that fails gives the exception of
 * madvise; those before it have been advised, and those after it have not.
 */
public final class AdviceBatch implements AutoCloseable {
  /** The most ranges that a call takes: IOV_MAX of the kernel. */
  private static final int MAX_RANGES = 1024;

  private final Advice advice;
  private final @Nullable Path file;
  private final int capacity;
  private final OwnProcess process = new OwnProcess();
  private final Arena arena;
  private MemorySegment iovecs = MemorySegment.NULL;
  private ByteBuffer ranges = ByteBuffer.allocate(0);

  /** A segment with the lifetime of all ranges that are waiting. */
  private MemorySegment held = MemorySegment.NULL;

  private int count;

  /**
   * Creates an empty batch.
   *
   * @param arena what memory for the ranges is allocated from when it is needed
   * @param expected the number of ranges, or an upper bound
   * @param file for exceptions and events only
   */
  public AdviceBatch(Arena arena, Advice advice, long expected, @Nullable Path file) {
    this.arena = arena;
    this.advice = advice;
    this.file = file;
    this.capacity = (int) Math.min(expected, MAX_RANGES);
  }

  /**
   * Gives advice for all ranges, which are checked before the first call.
   *
   * @throws IllegalArgumentException if a segment is on the Java heap
   * @throws IllegalStateException if the arena of a segment is closed
   * @throws WrongThreadException if the arena of a segment is confined to another thread
   */
  public static void advise(MemorySegment[] ranges, Advice advice) {
    advice.number(); // refused on a platform that lacks it, even for no range
    MemorySegment[] checked = ranges.clone(); // another thread cannot exchange what was checked
    for (MemorySegment range : checked) {
      requireUsable(range);
    }
    try (Arena arena = Arena.ofConfined();
        AdviceBatch batch = new AdviceBatch(arena, advice, checked.length, null)) {
      for (MemorySegment range : checked) {
        batch.add(range, range.address(), range.byteSize());
      }
      batch.flush();
    }
  }

  private static void requireUsable(MemorySegment range) {
    if (!range.isNative()) {
      throw new IllegalArgumentException("Heap segment not allowed: " + range);
    }
    if (!range.isAccessibleBy(Thread.currentThread())) {
      throw new WrongThreadException("the segment is confined to another thread: " + range);
    }
    if (!range.scope().isAlive()) {
      throw new IllegalStateException("the arena of the segment is closed: " + range);
    }
  }

  /**
   * Adds a range, and gives the advice for those that are waiting if there is no room for it.
   *
   * @param holder a segment with the lifetime of the range
   */
  public void add(MemorySegment holder, long address, long length) {
    if (capacity < 2 || length == 0) {
      flush();
      // The kernel skips an empty range in a batch, even one that madvise would refuse.
      adviseOne(holder, address, length);
      return;
    }
    if (count == capacity || (count > 0 && !holder.scope().equals(held.scope()))) {
      flush();
    }
    if (iovecs.byteSize() == 0) {
      iovecs = arena.allocate((long) capacity * KernelCalls.IOVEC_BYTES, Long.BYTES);
      ranges = iovecs.asByteBuffer().order(ByteOrder.nativeOrder());
    }
    held = count == 0 ? holder : held;
    ranges.putLong(count * KernelCalls.IOVEC_BYTES, address);
    ranges.putLong(count * KernelCalls.IOVEC_BYTES + Long.BYTES, length);
    count++;
  }

  /** Gives the advice for the ranges that are waiting. */
  public void flush() {
    boolean together = count > 1 && process.accepts(advice);
    int next = 0;
    while (next < count) {
      int advised = together ? adviseTogether(next) : 0;
      next += advised;
      together &= advised > 0;
      if (next < count) { // madvise reports the error of this range, if it has one
        adviseOne(held, address(next), length(next));
        next++;
      }
    }
    count = 0;
  }

  /**
   * Returns how many of the ranges from an index on have been advised completely: 0 after an error.
   * Of all ranges together, the kernel cuts off what exceeds 2 GiB.
   */
  private int adviseTogether(int first) {
    boolean nearLimit = SystemCalls.enter();
    Recorded recorded = Recorded.begin(Recorded.Kind.ADVISE);
    MemorySegment rest = iovecs.asSlice((long) first * KernelCalls.IOVEC_BYTES);
    long result =
        KernelCalls.processMadvise(
            process.descriptor(), rest, count - first, advice.number(), held);
    MapCountReserve.leave(nearLimit);
    if (result <= 0) {
      process.noteError(advice, result);
      return 0;
    }
    if (recorded != null) {
      recorded.end(address(first), result, advice.name(), file == null ? null : file.toString());
    }
    int end = first;
    for (long left = result; end < count && left >= length(end); end++) {
      left -= length(end);
    }
    return end - first;
  }

  private void adviseOne(MemorySegment holder, long address, long length) {
    SystemCalls.madvise(Slices.at(address, length, holder.scope()), advice, file, false);
  }

  private long address(int index) {
    return ranges.getLong(index * KernelCalls.IOVEC_BYTES);
  }

  private long length(int index) {
    return ranges.getLong(index * KernelCalls.IOVEC_BYTES + Long.BYTES);
  }

  @Override
  public void close() {
    process.close();
  }
}
