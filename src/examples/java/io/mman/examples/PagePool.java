package io.mman.examples;

import io.mman.Advice;
import io.mman.MapFlag;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.NativeFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * A buffer pool in the manner of vmcache (Leis et al., SIGMOD 2023): the pages of a file have fixed
 * addresses in anonymous memory of the same size, and the pool itself decides which of them are in
 * memory. A hit is one look at a word, without a hash table; a miss is one pread(2), for which only
 * those threads wait that need the page.
 *
 * <p>Each page has a word: its state (1 to 252 is the number of readers), a bit for unwritten
 * changes, and a version. A function that gets a page may not use the pool.
 */
public final class PagePool implements AutoCloseable {
  static final int PAGE = 4096;
  private static final long STATE = 0xff;
  private static final long UNLOCKED = 0;
  private static final long READERS = 252;
  private static final long LOCKED = 253;
  private static final long MARKED = 254; // to be evicted, unless it is used before
  private static final long EVICTED = 255;
  private static final long DIRTY = 0x100;
  private static final long VERSION = 0x200;

  final MappedRegion memory;
  final AtomicLong misses = new AtomicLong();
  private final NativeFile file;
  private final MemorySegment pages;
  private final AtomicLongArray words;
  private final int capacity;
  private final AtomicInteger used = new AtomicInteger();
  private final AtomicLong hand = new AtomicLong();

  /** Creates a pool of so many pages, which each thread may exceed by one, for a file of pages. */
  public PagePool(NativeFile file, int capacity) {
    int count = Math.toIntExact(file.size() / PAGE);
    Mapping request = Mapping.anonymous((long) count * PAGE).flags(MapFlag.NORESERVE);
    this.memory = request.advise(Advice.NOHUGEPAGE).mapShared(); // a huge one has 512 pages
    this.file = file;
    this.pages = memory.segment();
    this.capacity = capacity;
    long[] evicted = new long[count];
    Arrays.fill(evicted, EVICTED);
    this.words = new AtomicLongArray(evicted);
  }

  /** Reads from a page, which no thread changes meanwhile. */
  public long read(int page, ToLongFunction<MemorySegment> reader) {
    lock(page, true);
    try {
      return reader.applyAsLong(slice(page).asReadOnly());
    } finally {
      words.getAndDecrement(page); // one reader less
    }
  }

  /** Reads a long without writing anything, and again if the page has changed meanwhile. */
  public long getLong(int page, int offset) {
    while (true) {
      long word = words.get(page);
      if ((word & STATE) > READERS) {
        read(page, any -> 0); // waits, brings it into memory, or removes the mark
        continue;
      }
      long value = pages.get(ValueLayout.JAVA_LONG_UNALIGNED, (long) page * PAGE + offset);
      VarHandle.acquireFence(); // the word is read after the value
      long now = words.get(page);
      if (now / VERSION == word / VERSION && (now & STATE) <= READERS) {
        return value;
      }
    }
  }

  /** Changes a page, which no other thread sees until that is done. */
  public void write(int page, Consumer<MemorySegment> writer) {
    lock(page, false);
    try {
      words.set(page, words.get(page) | DIRTY);
      writer.accept(slice(page));
    } finally {
      unlock(page, VERSION | UNLOCKED);
    }
  }

  private void unlock(int page, long change) {
    words.set(page, (words.get(page) & ~STATE) + change);
  }

  /** Locks a page that is then in memory, for one reader more or for the only writer. */
  private void lock(int page, boolean shared) {
    while (true) {
      long word = words.get(page);
      long state = word & STATE;
      if (state == UNLOCKED || state == MARKED || state == EVICTED) {
        if (words.compareAndSet(page, word, word - state + LOCKED)) {
          if (state == EVICTED) {
            bringIn(page);
          }
          unlock(page, shared ? 1 : LOCKED);
          return;
        }
      } else if (shared && state < READERS && words.compareAndSet(page, word, word + 1)) {
        return;
      }
      Thread.yield();
    }
  }

  private void bringIn(int page) {
    misses.incrementAndGet();
    try {
      if (used.incrementAndGet() > capacity) {
        evict();
      }
      file.read((long) page * PAGE, slice(page));
    } catch (RuntimeException | Error e) {
      used.decrementAndGet();
      unlock(page, EVICTED);
      throw e;
    }
  }

  /** Evicts some pages that were not used since the hand of the clock has passed them. */
  private void evict() {
    int[] victims = new int[Math.clamp(capacity / 8, 1, 64)];
    int count = 0;
    for (int seen = 0; seen < 2 * words.length() && count < victims.length; seen++) {
      int page = (int) (hand.getAndIncrement() % words.length());
      long word = words.get(page);
      long state = word & STATE;
      if (state == UNLOCKED) {
        words.compareAndSet(page, word, word | MARKED);
      } else if (state == MARKED && words.compareAndSet(page, word, word - MARKED + LOCKED)) {
        victims[count++] = page;
      }
    }
    drop(Arrays.copyOf(victims, count));
  }

  /** Drops locked pages, for which one system call is enough. */
  private void drop(int[] victims) {
    long change = UNLOCKED; // if writing fails, the pages stay
    try {
      var ranges = Arrays.stream(victims).mapToObj(this::slice).toArray(MemorySegment[]::new);
      Arrays.stream(victims).forEach(this::writeBack);
      Mman.madvise(ranges, Advice.DONTNEED);
      used.addAndGet(-victims.length);
      change = VERSION | EVICTED;
    } finally {
      for (int page : victims) {
        unlock(page, change);
      }
    }
  }

  private void writeBack(int page) {
    if ((words.get(page) & DIRTY) != 0) {
      file.write((long) page * PAGE, slice(page));
      words.getAndAdd(page, -DIRTY);
    }
  }

  /** Writes all changes to the file. */
  public void flush() {
    for (int page = 0; page < words.length(); page++) {
      if ((words.get(page) & DIRTY) != 0) {
        lock(page, false);
        try {
          writeBack(page);
        } finally {
          unlock(page, UNLOCKED);
        }
      }
    }
  }

  private MemorySegment slice(int page) {
    return pages.asSlice((long) page * PAGE, PAGE);
  }

  @Override
  public void close() {
    flush();
    memory.close();
  }
}
