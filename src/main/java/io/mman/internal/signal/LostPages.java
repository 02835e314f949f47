package io.mman.internal.signal;

import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.libc.SignalCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The pages of a {@link SurvivingRange} that are lost now. An instance is valid until the range
 * changes. The rule of the range applies: one thread at a time may call the methods.
 *
 * <p>A page is marked before it is replaced. To restore marked pages, the handlers that may still
 * be replacing them are awaited first; later ones leave them alone. Then machine code maps the file
 * over the pages and removes their marks. A thread that faults between these two steps waits for
 * the second one. This is why they are not written in Java: a safepoint could stop the thread
 * between them, and would itself wait for the thread that faults.
 *
 * <pre>
 *   arguments of the machine code, with their offsets in bytes:
 *   0 address   8 length   16 protection (int)   24 flags (int)   32 descriptor (int)   40 offset
 *   48 bitmap   56 first bit   64 number of bits   72 result of mmap
 * </pre>
 */
public final class LostPages {
  /**
   * Consecutive lost pages of a part.
   *
   * @param bit the bit of the first one
   */
  record Run(Part part, long bit, long pages) {}

  private static final long BYTES = 80;
  private static final int RESULT = 9; // the index of the result in longs

  private final List<Part> parts;
  private final Origin origin;
  private final int shift;

  LostPages(List<Part> parts, Origin origin) {
    this.parts = parts;
    this.origin = origin;
    this.shift = origin.shift();
  }

  /** Returns the number of lost pages. */
  public long count() {
    return count(0, Long.MAX_VALUE - (1L << shift));
  }

  /**
   * Returns the number of lost pages of which a range has at least one byte.
   *
   * @param offset the first byte, counted from the first page
   * @param length the size in bytes
   */
  public long count(long offset, long length) {
    long end = endPage(offset, length);
    long base = 0; // the number of pages before the part
    long count = 0;
    for (Part part : parts) {
      long from = part.firstBit() + Math.max(0, (offset >> shift) - base);
      long to = part.firstBit() + Math.min(part.pages(), end - base);
      count += from < to ? part.ledger().count(from, to) : 0;
      base += part.pages();
    }
    return count;
  }

  private long endPage(long offset, long length) {
    return length == 0 ? 0 : Math.ceilDiv(offset + length, 1L << shift);
  }

  /**
   * Returns the first lost byte of a range.
   *
   * @param offset the first byte, counted from the first page
   * @param length the size in bytes
   * @return the offset, or -1 if no page of the range is lost
   */
  public long first(long offset, long length) {
    long end = endPage(offset, length);
    long base = 0; // the number of pages before the part
    for (Part part : parts) {
      long from = part.firstBit() + Math.max(0, (offset >> shift) - base);
      long to = part.firstBit() + Math.min(part.pages(), end - base);
      long bit = from < to ? part.ledger().nextLost(from, to) : to;
      if (bit < to) {
        return Math.max(offset, (base + bit - part.firstBit()) << shift);
      }
      base += part.pages();
    }
    return -1;
  }

  /** Returns the address of the first lost page, or else of the first page; 0 if there is none. */
  public long address() {
    if (parts.isEmpty()) {
      return 0;
    }
    long first = first(0, Long.MAX_VALUE - (1L << shift));
    return addressOf(Math.max(0, first) >> shift);
  }

  private long addressOf(long page) {
    long base = 0; // the number of pages before the part
    for (Part part : parts) {
      if (page < base + part.pages()) {
        return part.start() + ((page - base) << shift);
      }
      base += part.pages();
    }
    return 0;
  }

  /**
   * Returns the length of the file in bytes, {@code Long.MAX_VALUE} if it is not a regular file, or
   * the negative errno of fstat(2).
   */
  public long fileLength() {
    FileStatus status = new FileStatus();
    int result = FileCalls.fstat(origin.descriptor(), status);
    if (result < 0) {
      return result;
    }
    return status.isRegular() ? status.size() : Long.MAX_VALUE;
  }

  /** Returns the runs of lost pages that a file of a given length reaches. */
  List<Run> runs(long fileLength) {
    List<Run> runs = new ArrayList<>();
    for (Part part : parts) {
      long reached = ((Math.max(0, fileLength - part.offset()) - 1) >> shift) + 1;
      long end = part.firstBit() + Math.min(part.pages(), reached);
      Ledger ledger = part.ledger();
      long bit = ledger.nextLost(part.firstBit(), end);
      while (bit < end) {
        long runEnd = ledger.nextIntact(bit, end);
        runs.add(new Run(part, bit, runEnd - bit));
        bit = ledger.nextLost(runEnd, end);
      }
    }
    return runs;
  }

  /**
   * Maps the file over runs of lost pages.
   *
   * @param flags the bits of mmap(2), with MAP_FIXED
   * @return the number of pages restored, or the negative errno of mmap(2)
   */
  long restore(List<Run> runs, int flags) {
    long restored = 0;
    for (Run run : runs) {
      int result = map(run.part, run.bit, run.pages, flags);
      if (result < 0) {
        return result;
      }
      restored += run.pages;
    }
    return restored;
  }

  private int map(Part part, long bit, long pages, int flags) {
    long skipped = (bit - part.firstBit()) << shift;
    long[] arguments = {
      part.start() + skipped,
      pages << shift,
      origin.protection(),
      flags,
      origin.descriptor(),
      part.offset() + skipped,
      part.ledger().bitmap(),
      bit,
      pages,
      0
    };
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(BYTES, Long.BYTES);
      MemorySegment.copy(arguments, 0, block, ValueLayout.JAVA_LONG, 0, arguments.length);
      SignalCalls.call(BusHandler.restoreCode(), block);
      long result = block.getAtIndex(ValueLayout.JAVA_LONG, RESULT);
      return result < 0 && result >= -4095 ? (int) result : 0;
    }
  }
}
