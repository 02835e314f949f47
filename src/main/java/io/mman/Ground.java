package io.mman;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What a region of this library stands on: its lifetime, its address space, its reserve, and what
 * holds it in place. All but the pins changes under the region's gate only.
 */
final class Ground {
  private static final String BORROWED =
      "a region that borrows its arena cannot revoke views: use mapConfined() or mapShared()";

  final Lifetime lifetime;
  private Release release;
  private boolean sealed;

  /** Changed under this object, since pins come and go beside calls. */
  private volatile int pins;

  /** Where the pages went, and what comes after them goes. */
  Placement placement;

  /** Size up to which the region grows in place, or {@link MapRequest#NONE}. */
  long reserve;

  /** Bytes behind the region up to here were cut off and may not be zero. */
  long dirtyEnd;

  Ground(Lifetime lifetime, Placement placement, Release release, long reserve) {
    this.lifetime = lifetime;
    this.placement = placement;
    this.release = release;
    this.reserve = reserve;
  }

  Area area() {
    return release.area();
  }

  /** Stands somewhere else from now on. */
  void moveTo(Area area) {
    release = release.at(area);
  }

  Release release() {
    return release;
  }

  boolean hasReserve() {
    return reserve != MapRequest.NONE;
  }

  /**
   * Never touches the pages from an offset on again, not to unmap them either: what is there now is
   * not known, and may be somebody else's.
   */
  void loseReserve(long offset, long size) {
    reserve = size;
    release.shorten(area().before(offset));
  }

  /** Returns the pages to protect: all of them where none is in reserve. */
  MemorySegment protectable(State now) {
    return hasReserve() ? now.used() : now.pages();
  }

  /**
   * Revokes every view and returns the same state in a new epoch, not yet published.
   *
   * @throws IllegalStateException if the region cannot revoke, or native code holds a view; then
   *     nothing has changed
   */
  State revoke(State now) {
    requireRevocable();
    Arena epoch = lifetime.newEpoch();
    MemorySegment pages = lifetime.tie(area(), epoch, release);
    closeEpoch(now);
    return now.in(epoch, pages, now.head(), now.size());
  }

  /** Ends an epoch, or throws and changes nothing. */
  static void closeEpoch(State now) {
    Arena epoch = now.epoch();
    if (epoch == null || !now.isAlive()) {
      return; // not alive: a change was cut short after this, such as by a stack overflow
    }
    try {
      epoch.close();
    } catch (RuntimeException e) {
      if (now.isAlive()) {
        throw e instanceof IllegalStateException
            ? new IllegalStateException("native code holds a view of the region", e)
            : e;
      }
      // It is over: what failed is a clean-up that somebody tied to the scope of a view.
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    }
  }

  /** Seals the pages; what would change them is refused from then on. */
  void seal() {
    if (!lifetime.isOwned()) {
      throw new IllegalStateException(BORROWED);
    }
    area().seal();
    sealed = true;
  }

  /** Gives everything back, as far as it may be; the views are closed by then. */
  void leave() {
    if (sealed) {
      release.runExceptPages();
    } else {
      release.run();
    }
  }

  synchronized void pin() {
    RegionGroup group = lifetime.group();
    if (group != null) {
      group.pin();
    }
    pins++;
  }

  synchronized void unpin() {
    pins--;
    RegionGroup group = lifetime.group();
    if (group != null) {
      group.unpin();
    }
  }

  /** Refuses to revoke views that an arena or a pin keeps. */
  void requireRevocable() {
    if (!lifetime.isOwned()) {
      throw new IllegalStateException(BORROWED);
    }
    requireUnpinned();
  }

  void requireUnpinned() {
    if (pins > 0) {
      throw new IllegalStateException("the region is pinned");
    }
  }

  /** Refuses, before anything is revoked, what the kernel would refuse after it. */
  void requireUnsealed(String call) {
    if (sealed) {
      throw Failure.of(call, -Errno.EPERM.number())
          .range(area().pages(0, area().capacity()))
          .because(Causes.munmap(Errno.EPERM))
          .exception();
    }
  }
}
