package io.mman;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** What a region does with ranges of its pages. No call changes the rights or the place of one. */
abstract sealed class RegionCalls permits MappedRegion {
  /**
   * A length that only this class can ask for: whatever the region has, once nothing changes it.
   */
  private static final long WHOLE = Long.MIN_VALUE;

  final Gate gate;
  final Backing backing;

  /** Replaced as a whole by a change, which holds the gate. */
  volatile State state;

  /** Whether pages have been locked, which growing must know. */
  volatile boolean mayBeLocked;

  /** Whether mincore is known to tell the truth of these pages. */
  private boolean isTold;

  RegionCalls(Gate gate, Backing backing, State state) {
    this.gate = gate;
    this.backing = backing;
    this.state = state;
  }

  /**
   * Returns the size.
   *
   * @return the bytes in the region; the last number of them after it is closed
   */
  public long size() {
    return state.size();
  }

  /** As {@link #sync(long, long, SyncFlag...) sync} of the whole region, with {@code SYNC}. */
  public void sync() {
    syncRange(0, WHOLE, SyncFlag.SYNC.bits());
  }

  /**
   * Writes the changed pages of a range to the file and, unless told {@code ASYNC}, waits until
   * they are written. Changes of a copy-on-write region never reach the file. On macOS they may be
   * in the drive's cache then: {@link NativeFile#sync}.
   *
   * @param offset first byte of the range, counted from the start of the region
   * @param length bytes in the range, which is widened to whole pages
   * @param flags how; {@link SyncFlag#SYNC} if none is given
   * @throws MmanException if msync fails: {@code EIO} where changes may not have reached the file,
   *     {@code EBUSY} for {@code INVALIDATE} of locked pages
   * @see <a href="https://man7.org/linux/man-pages/man2/msync.2.html">msync(2)</a>
   */
  public void sync(long offset, long length, SyncFlag... flags) {
    int bits = SyncFlag.bits(flags);
    syncRange(offset, requireLength(length), bits);
  }

  private void syncRange(long offset, long length, int bits) {
    long stamp = gate.enter();
    try {
      MemorySegment pages = covering(offset, length);
      if (pages.byteSize() > 0) {
        Calls.msync(pages, bits, backing.path());
      }
    } finally {
      gate.leave(stamp);
    }
  }

  /**
   * As {@link #advise(Advice, long, long) advise} of the whole region.
   *
   * @param advice what to do
   */
  public void advise(Advice advice) {
    adviseRange(advice, 0, WHOLE);
  }

  /**
   * Gives advice on the use of a range, or acts on it. A hint is given for the range widened to
   * whole pages. Advice that {@link Advice#isDiscarding() discards} is narrowed to the pages that
   * lie in the range completely; the page in which a region of {@link Mapping} ends counts as such,
   * except for {@code REMOVE}.
   *
   * @param advice what to do
   * @param offset first byte of the range, counted from the start of the region
   * @param length bytes in the range
   * @throws IllegalArgumentException for {@code GUARD_INSTALL}, after which a readable view would
   *     crash the JVM, for discarding explicit huge pages, which may then not be had again, and for
   *     {@code REMOVE} where {@link MappedRegion#of} looks at a read-only segment
   * @throws MmanException if madvise fails: {@code EINVAL} where the advice does not apply to such
   *     memory
   * @throws UnsupportedOperationException if the platform lacks the advice
   * @see <a href="https://man7.org/linux/man-pages/man2/madvise.2.html">madvise(2)</a>
   */
  public void advise(Advice advice, long offset, long length) {
    adviseRange(advice, offset, requireLength(length));
  }

  private void adviseRange(Advice advice, long offset, long length) {
    requireHarmless(advice);
    advice.number(); // unknown here: refused whatever the range
    if (advice == Advice.REMOVE) {
      requireWritableSegment();
    }
    if (advice.isDiscarding() && backing.hugePage() > 0) {
      throw new IllegalArgumentException(
          advice + " of explicit huge pages: the pool may have none left at the next touch");
    }
    long stamp = gate.enter();
    try {
      MemorySegment pages =
          advice.isDiscarding() ? inside(advice, offset, length) : covering(offset, length);
      if (pages.byteSize() > 0) {
        Calls.madvise(pages, advice, backing.path());
      }
    } finally {
      gate.leave(stamp);
    }
  }

  /** Refuses advice that no region takes. */
  static void requireHarmless(Advice advice) {
    if (advice == Advice.GUARD_INSTALL) {
      throw new IllegalArgumentException("GUARD_INSTALL would make a readable view crash the JVM");
    }
  }

  /**
   * As {@link #lock(long, long, LockFlag...) lock} of the whole region.
   *
   * @param flags how
   */
  public void lock(LockFlag... flags) {
    lockRange(0, WHOLE, LockFlag.bits(flags));
  }

  /**
   * Keeps a range in memory. Locks do not nest: one {@code unlock} undoes any number of them.
   *
   * @param offset first byte of the range, counted from the start of the region
   * @param length bytes in the range, which is widened to whole pages
   * @param flags {@link LockFlag#ONFAULT} to lock pages only as they are touched; none faults them
   *     in now
   * @throws MmanException if mlock, or with a flag mlock2, fails: {@code ENOMEM} by {@code
   *     RLIMIT_MEMLOCK} or past the end of the file, {@code EPERM} where the limit is 0
   * @see <a href="https://man7.org/linux/man-pages/man2/mlock.2.html">mlock(2)</a>
   */
  public void lock(long offset, long length, LockFlag... flags) {
    int bits = LockFlag.bits(flags);
    lockRange(offset, requireLength(length), bits);
  }

  private void lockRange(long offset, long length, int bits) {
    long stamp = gate.enter();
    try {
      MemorySegment pages = covering(offset, length);
      if (pages.byteSize() > 0) {
        mayBeLocked = true;
        lock(pages, bits);
      }
    } finally {
      gate.leave(stamp);
    }
  }

  private void lock(MemorySegment pages, int bits) {
    if (bits == 0) {
      Calls.mlock(pages, backing.path());
    } else {
      Calls.mlock2(pages, bits, backing.path());
    }
  }

  /** As {@link #unlock(long, long) unlock} of the whole region. */
  public void unlock() {
    unlockRange(0, WHOLE);
  }

  /**
   * Lets the pages of a range be reclaimed again.
   *
   * @param offset first byte of the range, counted from the start of the region
   * @param length bytes in the range, which is widened to whole pages
   * @throws MmanException if munlock fails
   * @see <a href="https://man7.org/linux/man-pages/man2/mlock.2.html">munlock(2)</a>
   */
  public void unlock(long offset, long length) {
    unlockRange(offset, requireLength(length));
  }

  private void unlockRange(long offset, long length) {
    long stamp = gate.enter();
    try {
      MemorySegment pages = covering(offset, length);
      if (pages.byteSize() > 0) {
        Calls.munlock(pages, backing.path());
      }
    } finally {
      gate.leave(stamp);
    }
  }

  /** As {@link #populate(long, long) populate} of the whole region. */
  public void populate() {
    populateRange(0, WHOLE);
  }

  /**
   * Faults a range in before it is touched: private writable memory as by writing, so that no copy
   * is left to make, other memory as by reading. {@code advise(POPULATE_WRITE)} writes to shared
   * memory too, which gives a sparse file its blocks; {@code advise(WILLNEED)} starts to read and
   * does not wait. Memory without access is left alone. Ranges of 128 MiB and more are shared by up
   * to four threads, one a processor, all of which end before this returns.
   *
   * @param offset first byte of the range, counted from the start of the region
   * @param length bytes in the range, which is widened to whole pages
   * @throws MmanException {@code EFAULT} where a page is past the end of the file or cannot be had
   * @throws UnsupportedOperationException on other systems than Linux 5.14 and later
   * @see <a href="https://man7.org/linux/man-pages/man2/madvise.2.html">MADV_POPULATE_READ</a>
   */
  public void populate(long offset, long length) {
    populateRange(offset, requireLength(length));
  }

  private void populateRange(long offset, long length) {
    long stamp = gate.enter();
    try {
      Populating.populate(covering(offset, length), state.protection(), backing);
    } finally {
      gate.leave(stamp);
    }
  }

  /**
   * As {@link #residency(long, long) residency} of the whole region.
   *
   * @return which pages are in memory
   */
  public Residency residency() {
    return residencyOf(0, WHOLE);
  }

  /**
   * Tells which pages of a range are in memory: for a file, in the page cache, whoever put them
   * there.
   *
   * @param offset first byte of the range, counted from the start of the region
   * @param length bytes in the range, which is widened to whole pages
   * @return a picture of this moment
   * @throws UnsupportedOperationException for a file that this process neither owns nor may write:
   *     Linux then says that all of it is resident
   * @see <a href="https://man7.org/linux/man-pages/man2/mincore.2.html">mincore(2)</a>
   */
  public Residency residency(long offset, long length) {
    return residencyOf(offset, requireLength(length));
  }

  private Residency residencyOf(long offset, long length) {
    long stamp = gate.enter();
    try {
      long page = Mman.pageSize();
      long bytes = length == WHOLE ? size() : length;
      MemorySegment pages = countable(offset, bytes).covering(offset, bytes, page);
      return PageCensus.take(pages, page, offset, bytes, backing.path());
    } finally {
      gate.leave(stamp);
    }
  }

  /**
   * Tells whether all pages of a range are in memory. Cheap, and allocates nothing: for deciding
   * whether to prefetch.
   *
   * @param offset first byte of the range, counted from the start of the region
   * @param length bytes in the range, which is widened to whole pages
   * @return true if no page is missing; also for an empty range
   * @throws UnsupportedOperationException as {@link #residency(long, long) residency}
   */
  public boolean isResident(long offset, long length) {
    long stamp = gate.enter();
    try {
      State now = countable(offset, length);
      long page = Mman.pageSize();
      long start = now.startOfPage(offset, page);
      long bytes = now.bytesFrom(start, offset, length);
      return PageCensus.isFull(now.pages(), start, bytes, page, backing.path());
    } finally {
      gate.leave(stamp);
    }
  }

  /**
   * Counts the pages of a range that are in memory. Allocates nothing.
   *
   * @param offset first byte of the range, counted from the start of the region
   * @param length bytes in the range, which is widened to whole pages
   * @return a number of pages
   * @throws UnsupportedOperationException as {@link #residency(long, long) residency}
   */
  public long residentPages(long offset, long length) {
    long stamp = gate.enter();
    try {
      State now = countable(offset, length);
      long page = Mman.pageSize();
      long start = now.startOfPage(offset, page);
      long bytes = now.bytesFrom(start, offset, length);
      return PageCensus.count(now.pages(), start, bytes, page, backing.path());
    } finally {
      gate.leave(stamp);
    }
  }

  /**
   * Copies bytes out through the kernel, which no page that is gone can make crash: for files that
   * someone else may truncate. Costs a system call.
   *
   * @param offset first byte to copy, counted from the start of the region
   * @param target takes as many bytes as it has; native or on the heap
   * @return the bytes copied: fewer than the target has where a later page is gone
   * @throws IndexOutOfBoundsException if the region has fewer bytes from there on
   * @throws IllegalArgumentException if the target is read-only
   * @throws MmanException {@code EFAULT}, if the first page is gone or may not be read
   * @throws UnsupportedOperationException on other systems than Linux
   * @see <a href="https://man7.org/linux/man-pages/man2/process_vm_readv.2.html">
   *     process_vm_readv(2)</a>
   */
  public long read(long offset, MemorySegment target) {
    return copy(SafeCopy.READ, offset, target);
  }

  /**
   * Copies bytes in through the kernel, as {@link #read read}. A full disk behind a sparse file is
   * {@code EFAULT} too.
   *
   * @param offset where the first byte goes, counted from the start of the region
   * @param source the bytes; native or on the heap
   * @return the bytes copied: fewer than the source has where a later page is gone
   * @throws IndexOutOfBoundsException if the region has fewer bytes from there on
   * @throws IllegalArgumentException if {@link MappedRegion#of} looks at a read-only segment
   * @throws MmanException {@code EFAULT}, if the first page is gone, cannot be had or may not be
   *     written
   * @throws UnsupportedOperationException on other systems than Linux
   * @see <a href="https://man7.org/linux/man-pages/man2/process_vm_readv.2.html">
   *     process_vm_writev(2)</a>
   */
  public long write(long offset, MemorySegment source) {
    requireWritableSegment();
    return copy(SafeCopy.WRITE, offset, source);
  }

  /** In memory of somebody else's a segment may have fewer rights than its pages. */
  private void requireWritableSegment() {
    if (!backing.isOwn() && !state.protection().canWrite()) {
      throw new IllegalArgumentException("the region looks at a read-only segment");
    }
  }

  private long copy(SafeCopy direction, long offset, MemorySegment other) {
    long stamp = gate.enter();
    try {
      MemorySegment bytes = state.usable().bytes(offset, other.byteSize());
      return direction.copy(bytes, other, backing.path());
    } finally {
      gate.leave(stamp);
    }
  }

  /** A user's range has no length less than nothing, {@link #WHOLE} least of all. */
  private long requireLength(long length) {
    return length < 0 ? Objects.checkFromIndexSize(0L, -1L, size()) : length;
  }

  private MemorySegment covering(long offset, long length) {
    State now = state.usable();
    return now.covering(offset, length == WHOLE ? now.size() : length, backing.page());
  }

  private MemorySegment inside(Advice advice, long offset, long length) {
    boolean endIsWhole = backing.isOwn() && advice != Advice.REMOVE;
    State now = state.usable();
    long bytes = length == WHOLE ? now.size() : length;
    return now.inside(offset, bytes, backing.page(), endIsWhole);
  }

  /** Returns a state that has a range, if mincore tells the truth of its pages. */
  private State countable(long offset, long length) {
    State now = state.usable();
    Objects.checkFromIndexSize(offset, length, now.size());
    if (length > 0 && !isTold) {
      ResidencyRights.require(now.used(), backing);
      isTold = true; // asked once, and for all ranges: the answer takes reading /proc
    }
    return now;
  }
}
