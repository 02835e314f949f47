package io.mman.internal.signal;

import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Blocks of native memory whose sizes are powers of two, and the rule when a block that handlers
 * may still read is used again. Its memory is never unmapped.
 *
 * <p>A handler adds itself to one of two counters, selected by the epoch, before it reads anything
 * else. A block that has become unreachable is <em>retired</em>; it is free once both counters have
 * been seen at 0 since then, because a handler that began later cannot find it. While handlers keep
 * one counter busy, the other one, which no new handler uses, comes to 0: then the epoch changes.
 *
 * <pre>
 *   context:  0 root of the table   8 epoch (0 or 1)   64, 128 handlers in flight
 * </pre>
 *
 * <p>Its users hold the lock of the table.
 */
final class BlockPool {
  private static final long EPOCH = 8;
  private static final long IN_FLIGHT = 64;
  private static final long CONTEXT_BYTES = 192;
  private static final int SMALLEST = 5;
  private static final int CHUNK = 18;

  private final long context;
  private final Addresses[] free = new Addresses[48];
  private long chunk;
  private long chunkEnd;

  // The shift of each block is in the lowest bits of its address, which are 0 otherwise.
  private Addresses retired = new Addresses();
  private Addresses retiredBefore = new Addresses();

  BlockPool() {
    context = Memory.map(CONTEXT_BYTES);
  }

  /** Returns the address of the structure from which handlers start. */
  long context() {
    return context;
  }

  /** Returns the number of blocks that wait for handlers. */
  int retiredBlocks() {
    return retired.size + retiredBefore.size;
  }

  /** Returns a block with arbitrary contents, aligned to its size up to that of a page. */
  long allocate(long bytes) {
    int shift = shift(bytes);
    Addresses blocks = free[shift];
    if (blocks != null && blocks.size > 0) {
      return blocks.pop();
    }
    return shift > CHUNK ? Memory.map(1L << shift) : carve(1L << shift);
  }

  private long carve(long bytes) {
    long start = (chunk + bytes - 1) & -bytes;
    if (start + bytes > chunkEnd || chunk == 0) {
      chunk = Memory.map(1L << CHUNK);
      chunkEnd = chunk + (1L << CHUNK);
      start = chunk;
    }
    chunk = start + bytes;
    return start;
  }

  /** Gives back a block that no handler can know. */
  void free(long block, long bytes) {
    free(block, shift(bytes));
  }

  private void free(long block, int shift) {
    Addresses blocks = free[shift];
    if (blocks == null) {
      blocks = new Addresses();
      free[shift] = blocks;
    }
    blocks.push(block);
  }

  /** Gives back a block that handlers found before, but can no longer find. */
  void retire(long block, long bytes) {
    retired.push(block | shift(bytes));
  }

  /** Frees the blocks that no handler can be reading any more. It does not wait. */
  void reclaim() {
    VarHandle.fullFence();
    long epoch = Memory.get(context + EPOCH);
    boolean othersEnded = inFlight(1 - epoch) == 0;
    if (othersEnded) {
      free(retiredBefore);
      if (inFlight(epoch) == 0) {
        free(retired);
        return;
      }
      Addresses empty = retiredBefore;
      retiredBefore = retired;
      retired = empty;
      Memory.putVolatile(context + EPOCH, 1 - epoch);
    }
  }

  private long inFlight(long epoch) {
    return Memory.getVolatile(context + IN_FLIGHT + (epoch << 6));
  }

  private void free(Addresses blocks) {
    while (blocks.size > 0) {
      long block = blocks.pop();
      int shift = (int) (block & ((1 << SMALLEST) - 1));
      free(block - shift, shift);
    }
  }

  private static int shift(long bytes) {
    return Math.max(SMALLEST, Long.SIZE - Long.numberOfLeadingZeros(bytes - 1));
  }

  /** A stack of addresses. */
  private static final class Addresses {
    private long[] elements = new long[16];
    private int size;

    void push(long address) {
      if (size == elements.length) {
        elements = Arrays.copyOf(elements, 2 * size);
      }
      elements[size++] = address;
    }

    long pop() {
      return elements[--size];
    }
  }
}
