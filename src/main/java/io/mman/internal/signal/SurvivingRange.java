package io.mman.internal.signal;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * A range of pages of a mapped file that survives bus errors: a page that the kernel cannot provide
 * is replaced by one of zeros, and counted.
 *
 * <p>One thread at a time may call the methods, except {@link #lostPages}; other threads may access
 * the pages, and lose some, during each of them. A range is registered after its pages have been
 * mapped, and unregistered before they are unmapped. The methods do not change the mapping itself,
 * except {@link LostPages#restore}.
 */
public final class SurvivingRange {
  private static final long COUNT_BYTES = 32;

  private final RangeTable table;
  private Origin origin;
  private List<Part> parts = new ArrayList<>(1);

  /** The address of the count of replaced pages, or 0 after the end of the registration. */
  private volatile long count;

  private volatile long finalCount;

  /** The part of the count that the range from which this one was split off has counted, too. */
  private long inherited;

  private SurvivingRange(RangeTable table, Origin origin) {
    this.table = table;
    this.origin = origin;
    long address = table.allocate(COUNT_BYTES);
    Memory.put(address, 0);
    count = address;
  }

  /**
   * Registers pages. {@link BusHandler#ensureInstalled} must have been called before.
   *
   * @param start the address of the first page
   * @param length the size in bytes, a multiple of the page size
   * @param capacity the size in bytes up to which the range is expected to grow in place; this
   *     costs nothing
   * @param pageSize the page size in bytes: that of explicit huge pages, if it is mapped with them
   * @param protection the bits of PROT_READ, PROT_WRITE and PROT_EXEC
   * @param descriptor a descriptor of the file, which stays open until the range is unregistered
   * @param offset the offset of the first page in the file, in bytes
   */
  public static SurvivingRange register(
      long start,
      long length,
      long capacity,
      long pageSize,
      int protection,
      int descriptor,
      long offset) {
    Origin origin = new Origin(Long.numberOfTrailingZeros(pageSize), protection, descriptor);
    return register(BusHandler.table(), start, length, capacity, origin, offset);
  }

  /** Loads the classes that ranges need, because this needs a free descriptor. */
  public static void prepare() {
    Origin origin = new Origin(0, 0, 0);
    SurvivingRange range = register(BusHandler.table(), 0, 1, 1, origin, 0);
    range.lost().count();
    range.unregister();
  }

  static SurvivingRange register(
      RangeTable table, long start, long length, long capacity, Origin origin, long offset) {
    SurvivingRange range = new SurvivingRange(table, origin);
    range.requirePages(start | length);
    if (length > 0) {
      range.parts.add(range.publish(range.part(start, length, capacity, offset)));
    }
    return range;
  }

  private Part part(long start, long length, long capacity, long offset) {
    long pages = length >> origin.shift();
    long limit = Math.max(pages, capacity >> origin.shift());
    return new Part(0, start, pages, offset, new Ledger(table, limit), 0, limit);
  }

  private void requirePages(long bytes) {
    if ((bytes & ((1L << origin.shift()) - 1)) != 0) {
      throw new IllegalArgumentException("not whole pages: " + bytes);
    }
  }

  /** Enters a part in the table, where handlers find it. */
  private Part publish(Part part) {
    Part published = written(part);
    table.insert(part.start(), published.entry());
    return published;
  }

  /** Replaces a part at the same address, and waits until no handler acts on the old one. */
  private Part republish(Part old, Part part) {
    Part published = written(part);
    table.replace(old.start(), published.entry());
    end(old);
    return published;
  }

  private void withdraw(Part part) {
    if (part.entry() != 0) { // otherwise it is suspended
      table.remove(part.start());
      end(part);
    }
  }

  private void end(Part part) {
    Entry.awaitUnused(part.entry());
    table.retireEntry(part.entry());
  }

  private Part written(Part part) {
    long entry = table.allocate(Entry.BYTES);
    Entry.write(entry, part, origin, count);
    return part.withEntry(entry);
  }

  /**
   * Ends the registration. When this returns, no handler will change these addresses any more.
   * Changes made later have no effect, because the arena of a region may close during a change of
   * the region.
   */
  public void unregister() {
    List<Part> ending = parts;
    parts = new ArrayList<>(0); // before anything can fail: no entry may be retired twice
    for (Part part : ending) {
      withdraw(part);
      part.ledger().release();
    }
    close();
  }

  private boolean hasEnded() {
    return count == 0;
  }

  private void close() {
    long address = count;
    if (address != 0) {
      finalCount = Memory.getVolatile(address);
      count = 0;
      table.free(address, COUNT_BYTES);
    }
  }

  /** Sets the protection of pages replaced from now on. It is called before mprotect(2). */
  public void protect(int protection) {
    origin = new Origin(origin.shift(), protection, origin.descriptor());
    parts.replaceAll(part -> republish(part, part));
  }

  /**
   * Changes the length in place: before pages at the end are unmapped, or after some have been
   * mapped there.
   *
   * @param length the new size in bytes, whole pages; an empty range can only {@link #append}
   */
  public void resize(long length) {
    requirePages(length);
    long before = pages();
    if (hasEnded()) {
      return;
    }
    long pages = length >> origin.shift();
    if (pages < before) {
      cut(length).unregister();
    } else if (pages > before) {
      grow(pages - before, before);
    }
  }

  private void grow(long pages, long before) {
    Part last = parts.getLast();
    if (last.endBit() + pages <= last.limit()) {
      parts.set(parts.size() - 1, republish(last, last.withPages(last.pages() + pages)));
    } else {
      long used = last.pages() << origin.shift();
      long more = pages << origin.shift();
      long capacity = Math.max(more, before << origin.shift()); // so that the parts stay few
      append(last.start() + used, more, capacity, last.offset() + used);
    }
  }

  /**
   * Takes pages at the end out of the table before they are unmapped. Their range is {@linkplain
   * #unregister unregistered} afterwards or, if they could not be unmapped, {@linkplain #place
   * placed} and {@linkplain #join joined} again.
   *
   * @param length the size of this range afterwards, in bytes, whole pages
   * @return the range of the pages cut off
   */
  public SurvivingRange cut(long length) {
    SurvivingRange rest = split(length);
    rest.suspend();
    return rest;
  }

  /**
   * Adds pages of another mapping, which follow in memory unless the range is empty. They need not
   * follow in the file, but then the range can only be protected, restored and unregistered. One
   * that has shrunk to nothing starts again by this.
   */
  public void append(long start, long length, long capacity, long offset) {
    requirePages(start | length);
    if (!hasEnded()) {
      parts.add(publish(part(start, length, capacity, offset)));
    }
  }

  /**
   * Takes the pages out of the table before mremap(2) moves them. {@link #place} follows, or {@link
   * #unregister}.
   */
  public void suspend() {
    parts.forEach(this::withdraw);
    parts.replaceAll(part -> part.withEntry(0));
  }

  /**
   * Enters the pages again after {@link #suspend}.
   *
   * @param start where the first page is now
   */
  public void place(long start) {
    long shift = parts.isEmpty() ? 0 : start - parts.getFirst().start();
    parts.replaceAll(part -> publish(part.at(part.start() + shift)));
  }

  /**
   * Splits the range in two. The count of this range does not change. That of the other one begins
   * with its pages that are lost now.
   *
   * @param offset the size of this range afterwards, in bytes, a multiple of the page size
   * @return the range of the other pages
   */
  public SurvivingRange split(long offset) {
    requirePages(offset);
    SurvivingRange rest = new SurvivingRange(table, origin);
    List<Part> kept = new ArrayList<>();
    long first = offset >> origin.shift();
    for (Part part : parts) {
      long here = Math.clamp(first, 0, part.pages());
      first -= here;
      if (here == part.pages()) {
        kept.add(part);
      } else {
        handOver(part, here, kept, rest);
      }
    }
    parts = kept;
    return rest;
  }

  private void handOver(Part part, long here, List<Part> kept, SurvivingRange rest) {
    // Handlers that act on the old entry count their pages here, the others there.
    long lost = part.ledger().count(part.firstBit() + here, part.endBit());
    Part tail = part.tail(here, origin.shift());
    if (here == 0) {
      rest.parts.add(rest.republish(part, tail));
    } else {
      part.ledger().share();
      rest.parts.add(rest.publish(tail)); // overlaps the old entry until that is replaced
      kept.add(republish(part, part.head(here)));
    }
    Memory.add(rest.count, lost);
    rest.inherited += lost;
  }

  /**
   * Appends the pages of the range that follows in memory and in the file. That range ends. Its
   * count is added to that of this range, except for pages that {@link #split} has counted in both.
   */
  public void join(SurvivingRange next) {
    for (Part part : next.parts) {
      Part joined = republish(part, part);
      Part last = parts.isEmpty() ? null : parts.getLast();
      if (last != null && last.isContinuedBy(joined, origin.shift())) {
        parts.set(parts.size() - 1, republish(last, last.with(joined)));
        withdraw(joined);
        joined.ledger().release();
      } else {
        parts.add(joined);
      }
    }
    next.parts = new ArrayList<>(0);
    Memory.add(count, next.lostPages() - next.inherited);
    next.close();
  }

  /** Returns how many pages have been replaced so far. A page counts each time it is replaced. */
  public long lostPages() {
    VarHandle.acquireFence(); // a thread that has already read zeros must read the new count
    long address = count;
    if (address != 0) {
      long lost = Memory.getVolatile(address);
      if (count == address) { // otherwise the block may have been reused for something else
        return lost;
      }
    }
    return finalCount;
  }

  /** Returns which pages are lost now. */
  public LostPages lost() {
    return new LostPages(List.copyOf(parts), origin);
  }

  /**
   * Maps the file over the lost pages that it reaches; the others stay lost.
   *
   * @param fileLength the length of the file in bytes
   * @param flags the bits of mmap(2), with MAP_FIXED
   * @return the number of pages restored, or the negative errno of mmap(2)
   */
  public long restore(long fileLength, int flags) {
    LostPages lost = lost();
    List<LostPages.Run> runs = lost.runs(fileLength);
    if (!runs.isEmpty()) {
      // A handler marks pages before it maps zeros over them, which must not come after the file.
      parts.replaceAll(part -> republish(part, part));
    }
    return lost.restore(runs, flags);
  }

  /** Returns whether the range has no pages. */
  public boolean isEmpty() {
    return parts.isEmpty();
  }

  /** Returns the number of pages. */
  public long pages() {
    long pages = 0;
    for (Part part : parts) {
      pages += part.pages();
    }
    return pages;
  }
}
