package io.mman;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Mapped memory that cannot crash the JVM: no segment it hands out outlives the pages or the rights
 * behind it.
 *
 * <p><b>Views.</b> {@link #segment} is a view with the rights of the pages. What would leave a view
 * with rights that its pages lack, or without pages, first revokes all views handed out before;
 * those throw {@link IllegalStateException} from then on. A reader without a lock starts again:
 *
 * {@snippet :
 * long read(MappedRegion region, long offset) {
 *   while (true) {
 *     try {
 *       return region.segment().get(ValueLayout.JAVA_LONG, offset);
 *     } catch (IllegalStateException revoked) {
 *       if (!region.isAlive()) {
 *         throw revoked; // closed, not revoked
 *       }
 *     }
 *   }
 * }
 * }
 *
 * <p><b>Lifetime.</b> A region of {@link Mapping#mapConfined} or {@link Mapping#mapShared} owns its
 * lifetime. One of {@link Mapping#map} borrows that of an arena, and one of {@link #of} that of the
 * segment: {@link #close} then throws {@link UnsupportedOperationException}, and what would revoke
 * views throws {@link IllegalStateException}.
 *
 * <p><b>Ranges</b> are bytes of the region. An empty range is fine and does nothing.
 *
 * <p><b>Exceptions</b> of all methods with a range: {@link IndexOutOfBoundsException} if it is not
 * inside the region. Of all methods but {@link #size}, {@link #protection}, {@link #isAlive} and
 * {@link #close}: {@link IllegalStateException} if the region is closed, {@link
 * WrongThreadException} if it is confined to another thread. Of all that make a system call: {@link
 * MmanException} where it fails.
 *
 * <p><b>Threads.</b> A region that is not confined may be used by any number of threads. What
 * revokes views waits for the region's own calls on other threads. A page fault, and every call
 * that blocks, keeps the carrier of a virtual thread.
 */
public final class MappedRegion extends RegionCalls implements AutoCloseable {
  private final @Nullable Lifetime lifetime;
  private final Release release;

  MappedRegion(Lifetime lifetime, Backing backing, Release release, State state) {
    super(lifetime.newGate(), backing, state);
    this.lifetime = lifetime;
    this.release = release;
  }

  private MappedRegion(State state) {
    super(Gate.OPEN, Backing.UNKNOWN, state);
    this.lifetime = null;
    this.release = Release.NOTHING;
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
    Lifetime own = requireLifetime();
    long stamp = gate.beginChange();
    try {
      State now = state.usable();
      state = p.includes(now.protection()) ? widen(now, p) : narrow(now, p, own);
      MemorySegment view = state.view();
      return view != null ? view : State.closedView(now.size());
    } finally {
      gate.endChange(stamp);
    }
  }

  private Lifetime requireLifetime() {
    if (lifetime == null) {
      throw new IllegalStateException("the region only looks at somebody else's mapping");
    }
    return lifetime;
  }

  private State widen(State now, Protection wider) {
    try {
      Rights.change(used(now), wider, backing);
    } catch (RuntimeException | Error e) {
      Rights.restore(used(now), now.protection(), backing); // harmless where it fails: more rights
      throw e;
    }
    return State.of(now.epoch(), now.pages(), now.head(), now.size(), wider);
  }

  private State narrow(State now, Protection narrower, Lifetime own) {
    State fresh = revoke(now, own);
    try {
      Rights.change(used(fresh), narrower, backing);
    } catch (RuntimeException | Error e) {
      boolean restored = Rights.restore(used(fresh), now.protection(), backing);
      state = restored ? fresh : fresh.blind();
      throw e;
    }
    return State.of(fresh.epoch(), fresh.pages(), now.head(), now.size(), narrower);
  }

  /**
   * Revokes every view and returns the same state in a new epoch, not yet published.
   *
   * @throws IllegalStateException if native code holds a view; then nothing has changed
   */
  private State revoke(State now, Lifetime own) {
    if (!own.isOwned()) {
      throw new IllegalStateException(
          "a region that borrows its arena cannot revoke views: use mapConfined() or mapShared()");
    }
    Arena epoch = own.newEpoch();
    MemorySegment pages = own.tie(release.area(), epoch, release);
    closeEpoch(now);
    return State.of(epoch, pages, now.head(), now.size(), now.protection());
  }

  /**
   * Revokes every view, waits for the region's calls on other threads and unmaps the pages. A
   * second time does nothing. Closing the descriptor of a {@link NativeFile} is left to its owner.
   *
   * @throws UnsupportedOperationException if the region borrows its lifetime
   * @throws IllegalStateException if native code holds a view; then nothing has changed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException {@code ENOMEM}, if the pages cannot be unmapped because that would split
   *     a mapping at the limit {@code vm.max_map_count}; the views are revoked all the same
   */
  @Override
  public void close() {
    if (lifetime == null || !lifetime.isOwned()) {
      throw new UnsupportedOperationException("the region lives as long as its arena");
    }
    long stamp = gate.beginChange();
    try {
      State now = state;
      if (now.isOpen()) {
        closeEpoch(now);
        state = now.closed();
        release.run();
      }
    } finally {
      gate.endChange(stamp);
    }
  }

  private static void closeEpoch(State now) {
    Arena epoch = now.epoch();
    if (epoch != null) {
      try {
        epoch.close();
      } catch (IllegalStateException e) {
        throw new IllegalStateException("native code holds a view of the region", e);
      }
    }
  }

  /** Returns the pages to protect: explicit huge pages only as wholes. */
  private MemorySegment used(State now) {
    return backing.hugePage() > 0 ? now.pages() : now.used();
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
