package io.mman;

import io.mman.events.Recorded;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * Mapped memory that cannot crash the JVM: no segment it hands out outlives the pages or the rights
 * behind it.
 *
 * <p><b>Views.</b> {@link #segment} is a view with the rights of the pages. What would leave a view
 * with rights that its pages lack, or without pages, first revokes all views handed out before;
 * those throw {@link IllegalStateException} from then on. A reader without a lock starts again:
 *
 * {@snippet class="io.mman.examples.Snippets" region="read"}
 *
 * <p><b>Lifetime.</b> A region of {@link Mapping#mapConfined} or {@link Mapping#mapShared} owns its
 * lifetime. One of {@link Mapping#map} borrows that of an arena, and one of {@link #of} that of the
 * segment: {@link #close} then throws {@link UnsupportedOperationException}, and what would revoke
 * views throws {@link IllegalStateException}. See <a href="doc-files/lifetimes.html">Lifetimes</a>.
 *
 * <p><b>Ranges</b> are bytes of the region. An empty range is fine and does nothing.
 *
 * <p><b>Exceptions</b> of all methods with a range: {@link IndexOutOfBoundsException} if it is not
 * inside the region. Of all methods but {@link #size}, {@link #protection}, {@link #isAlive} and
 * {@link #close}: {@link IllegalStateException} if the region is closed, {@link
 * WrongThreadException} if it is confined to another thread ({@link #segment} leaves that to the
 * view). Of all that make a system call: {@link MmanException} where it fails.
 *
 * <p><b>Threads.</b> A region that is not confined may be used by any number of threads. What
 * revokes views waits for the region's own calls on other threads. A page fault, and every call
 * that blocks, pins the carrier of a virtual thread. HotSpot interrupts a platform thread that it
 * stops in the middle of an access to a revoked view: clear the flag where that matters.
 */
public final class MappedRegion extends RegionCalls implements AutoCloseable {
  private static final Object JOINING = new Object();

  /** Null for a look at somebody else's mapping. */
  private final @Nullable Ground ground;

  MappedRegion(Ground ground, Backing backing, State state) {
    super(ground.lifetime.newGate(), backing, state);
    this.ground = ground;
  }

  private MappedRegion(State state) {
    super(Gate.OPEN, Backing.UNKNOWN, state);
    this.ground = null;
  }

  /**
   * Looks at a mapping that somebody else made, such as that of {@code FileChannel.map}. Costs no
   * system call, and leaves the segment as it is.
   *
   * @param mapped native memory; its bounds and lifetime are the region's
   * @return a region that borrows the segment's lifetime and never changes its pages' rights
   * @throws IllegalArgumentException if the segment is on the Java heap
   */
  public static MappedRegion of(MemorySegment mapped) {
    if (!mapped.isNative()) {
      throw new IllegalArgumentException("a segment on the Java heap is not mapped");
    }
    Protection rights = mapped.isReadOnly() ? Protection.READ : Protection.READ_WRITE;
    return new MappedRegion(new State(null, mapped, 0, mapped.byteSize(), rights, mapped, true));
  }

  /**
   * Returns the view of exactly the bytes asked for, in the present rights: read-only where the
   * pages are not writable. Takes no lock and never waits.
   *
   * <p>The JDK takes it for memory that is not mapped: {@code force}, {@code load}, {@code unload}
   * and {@code isLoaded} of the segment throw {@link UnsupportedOperationException}, and {@code
   * force} of its {@code asByteBuffer()} silently does nothing. Use {@link #sync}, {@link
   * #populate}, {@link #advise} and {@link #residency} instead.
   *
   * @return the view, which {@link #protect} and {@link #close} may revoke
   * @throws IllegalStateException if the region is closed, or its pages may not be read
   */
  public MemorySegment segment() {
    State now = state;
    if (!isAlive(now)) {
      throw new IllegalStateException("the region is closed");
    }
    if (now.view() == null) {
      throw new IllegalStateException("the pages may not be read: " + now.protection());
    }
    return now.view();
  }

  /**
   * Returns the rights of the pages.
   *
   * @return the protection; the last one after the region is closed
   */
  public Protection protection() {
    return state.protection();
  }

  /**
   * Tells whether the region is open: a view that throws is revoked then, not closed.
   *
   * @return false once the region, or the arena it borrows from, is closed
   */
  public boolean isAlive() {
    return isAlive(state);
  }

  /** A change closes one epoch before it publishes the next; the region lives meanwhile. */
  private static boolean isAlive(State state) {
    return state.isOpen() && (state.epoch() != null || state.isAlive());
  }

  /**
   * Changes what may be done with the pages. More rights revoke nothing; to take one away first
   * revokes all views. Should the system call fail then, rights and size are as before, and {@link
   * #segment} gives a new view.
   *
   * @param p the new rights
   * @return the new view; one that is closed where the new rights lack {@code READ}
   * @throws IllegalStateException if the region borrows its lifetime and would lose a right, only
   *     looks at somebody else's mapping, or native code holds a view
   * @throws MmanException if mprotect fails: {@code EACCES} where the file was not opened for
   *     writing, {@code ENOMEM} by {@code vm.max_map_count}
   * @see <a href="https://man7.org/linux/man-pages/man2/mprotect.2.html">mprotect(2)</a>
   */
  public MemorySegment protect(Protection p) {
    Ground own = requireGround();
    long stamp = gate.beginChange();
    try {
      State now = state.usable();
      own.requireUnsealed("mprotect");
      boolean widens = p.includes(now.protection());
      state = widens ? Rights.widen(this, own, now, p) : Rights.narrow(this, own, now, p);
      return viewOrClosed();
    } finally {
      gate.endChange(stamp);
    }
  }

  /**
   * Gives the region another size. With {@link Mapping#reserve} it grows in place and revokes
   * nothing. Otherwise growing may move it, and revokes all views, as shrinking always does. The
   * length of a file never changes: {@link NativeFile#resize} it first. Anonymous bytes that are
   * cut off read as zero if the region grows again. Pages that are added are not locked.
   *
   * @param newSize the new size in bytes
   * @return the new view; one that is closed where the pages may not be read
   * @throws IllegalArgumentException if the size is negative, more than the reserve, or reaches
   *     past the end of the file
   * @throws IllegalStateException if the region borrows its lifetime and would have to revoke, only
   *     looks at somebody else's mapping, is pinned, was mapped from a path and shall grow, or
   *     native code holds a view
   * @throws UnsupportedOperationException for growing shared anonymous memory or explicit huge
   *     pages, and for growing without a reserve on other systems than Linux
   * @throws MmanException if the system call fails; size and bytes are as before. Only where the
   *     kernel has moved some of several areas by then, is the region closed
   * @see <a href="https://man7.org/linux/man-pages/man2/mremap.2.html">mremap(2)</a>
   */
  public MemorySegment resize(long newSize) {
    PageRange.requireSize("size", newSize);
    Ground own = requireGround();
    NativeFile file = backing.file();
    if (file == null) {
      return resize(own, newSize);
    }
    // Before the gate, as for whoever maps the file into the same group.
    Lock length = file.lengthLock().readLock();
    length.lock();
    try {
      return resize(own, newSize);
    } finally {
      length.unlock();
    }
  }

  private MemorySegment resize(Ground own, long newSize) {
    long stamp = gate.beginChange();
    try {
      State now = state.usable();
      own.requireUnsealed("mremap");
      if (newSize != now.size()) {
        Recorded recorded = Recorded.begin(Recorded.Kind.RESIZE);
        state = new Resizing(this, own, now, newSize).run();
        if (recorded != null) {
          recorded.end(state.pages().address() + state.head(), newSize, "", backing.pathText());
        }
      }
      return viewOrClosed();
    } finally {
      gate.endChange(stamp);
    }
  }

  /**
   * Splits the region in two, which live on their own from then on. Revokes all views. A reserve
   * goes to the rest; guard pages stay on the outer sides.
   *
   * @param offset where the rest begins: a multiple of the page size, 0 or {@link #size}
   * @return the rest, with a lifetime like this region's
   * @throws IndexOutOfBoundsException if the offset is not in the region
   * @throws IllegalArgumentException if it lies inside a page
   * @throws IllegalStateException as {@link #close}, or if the region borrows its lifetime
   */
  public MappedRegion split(long offset) {
    Ground own = requireGround();
    long stamp = gate.beginChange();
    try {
      State now = state.usable();
      own.requireUnsealed("mprotect");
      return Splitting.split(this, own, now, offset);
    } finally {
      gate.endChange(stamp);
    }
  }

  /**
   * Takes over the bytes of a region that begins where this one ends, and closes it: the inverse of
   * {@link #split}. Revokes all views of both.
   *
   * @param next the region that follows: of the same kind, file, protection and lifetime
   * @throws IllegalArgumentException if the two do not fit together
   * @throws IllegalStateException as {@link #close}, for either of them, or if either borrows its
   *     lifetime
   */
  public void join(MappedRegion next) {
    Ground own = requireGround();
    Ground other = next.requireGround();
    if (next == this) {
      throw new IllegalArgumentException("a region cannot follow itself");
    }
    synchronized (JOINING) { // nobody else holds two gates
      long stamp = gate.beginChange();
      long nextStamp = next.gate.beginChange();
      try {
        own.requireUnsealed("mremap");
        other.requireUnsealed("mremap");
        Splitting.join(this, own, next, other);
      } finally {
        next.gate.endChange(nextStamp);
        gate.endChange(stamp);
      }
    }
  }

  /**
   * Seals the pages until the process ends: nothing can unmap them, move them or change their
   * rights any more. Revokes nothing. From then on {@link #protect}, {@link #resize}, {@link
   * #split} and {@link #join} throw {@link MmanException} with {@code EPERM}, and {@link #close}
   * revokes the views and leaves the pages mapped.
   *
   * @throws IllegalStateException if the region borrows its lifetime: its arena could never unmap
   *     it
   * @throws MmanException if mseal fails: {@code ENOSYS} before Linux 6.10
   * @throws UnsupportedOperationException on other systems than Linux
   * @see <a href="https://man7.org/linux/man-pages/man2/mseal.2.html">mseal(2)</a>
   */
  public void seal() {
    Ground own = requireGround();
    long stamp = gate.beginChange();
    try {
      state.usable();
      own.seal();
    } finally {
      gate.endChange(stamp);
    }
  }

  /**
   * Keeps the region where it is and as it is, for code that works on the raw address.
   *
   * @return a pin, to be closed when the address is no longer used
   */
  public Pin pin() {
    long stamp = gate.enter();
    try {
      State now = state.usable();
      if (ground != null) {
        ground.pin();
      }
      return new Pin(ground, now.bytes(0, now.size()).address());
    } finally {
      gate.leave(stamp);
    }
  }

  /**
   * Tells how much memory the region takes, from {@code /proc/self/smaps}. The figures are those of
   * the kernel's areas that the region lies in, which may be larger than the region. Takes
   * milliseconds: the kernel looks at the memory of the whole process.
   *
   * @return the figures, in bytes
   * @throws UnsupportedOperationException on other systems than Linux
   * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html">smaps(5)</a>
   */
  public RegionStats stats() {
    long stamp = gate.enter();
    try {
      return RegionStats.of(state.usable().used());
    } finally {
      gate.leave(stamp);
    }
  }

  /**
   * Revokes every view, waits for the region's calls on other threads and unmaps the pages. A
   * second time does nothing. The {@link NativeFile} it was mapped from stays open.
   *
   * @throws UnsupportedOperationException if the region borrows its lifetime
   * @throws IllegalStateException if native code holds a view, or a {@link Pin} is open; then
   *     nothing has changed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException {@code ENOMEM}, if the pages cannot be unmapped because that would split
   *     a mapping at the limit {@code vm.max_map_count}; the views are revoked all the same, and
   *     closing again tries again
   */
  @Override
  public void close() {
    Ground own = ground;
    if (own == null || !own.lifetime.isOwned()) {
      throw new UnsupportedOperationException("the region lives as long as its arena");
    }
    long stamp = gate.beginChange();
    try {
      State now = state;
      if (now.isOpen() && !now.pages().isAccessibleBy(Thread.currentThread())) {
        // Even where the epoch is closed: its thread may be between one and the next.
        throw new WrongThreadException("the region is confined to another thread");
      }
      if (now.isAlive()) {
        own.requireUnpinned();
        Ground.closeEpoch(now);
      }
      state = now.closed();
      own.leave();
    } finally {
      gate.endChange(stamp);
    }
  }

  private MemorySegment viewOrClosed() {
    State now = state;
    return now.view() != null ? now.view() : State.closedView(now.size());
  }

  private Ground requireGround() {
    if (ground == null) {
      throw new IllegalStateException("the region only looks at somebody else's mapping");
    }
    return ground;
  }

  /**
   * Returns the region in words.
   *
   * @return a description for people
   */
  @Override
  public String toString() {
    State now = state;
    return "MappedRegion["
        + now.size()
        + " bytes, "
        + now.protection()
        + ", "
        + backing.describe()
        + (isAlive(now) ? "]" : ", closed]");
  }
}
