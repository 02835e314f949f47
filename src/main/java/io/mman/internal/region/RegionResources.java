package io.mman.internal.region;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.error.MemoryErrors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What a region of this library holds: its lifetime, its address range and reserve, and what keeps
 * it in place. All but the pins and {@link #mayBeLocked} changes under the region's lock only.
 */
final class RegionResources {
  /** In place of the size up to which a region grows in place. */
  static final long NO_RESERVE = -1;

  private static final String BORROWED =
      "a region that borrows its arena cannot revoke views: use mapConfined() or mapShared()";

  private final Lifetime lifetime;
  private Placement placement;
  private Unmapper unmapper;

  /** The size up to which the region grows in place, or {@link #NO_RESERVE}. */
  private long reserve;

  /** The bytes after the region, up to this one, that it had before and that may not be zero. */
  private long dirtyEnd;

  private boolean sealed;

  /** Changed under this object's monitor, because pins open and close during calls. */
  private volatile int pins;

  private volatile boolean mayBeLocked;

  /** What tracks the pages, or null. Nothing else refers to it, so it keeps nothing reachable. */
  private volatile @Nullable Tracking tracking;

  RegionResources(Lifetime lifetime, Placement placement, Unmapper unmapper, long reserve) {
    this.lifetime = lifetime;
    this.placement = placement;
    this.unmapper = unmapper;
    this.reserve = reserve;
  }

  Lifetime lifetime() {
    return lifetime;
  }

  Placement placement() {
    return placement;
  }

  AddressRange range() {
    return unmapper.range();
  }

  /** Returns the losses of a region that survives bus errors, or null. */
  @Nullable Losses losses() {
    return unmapper.losses();
  }

  /** If the region survives bus errors, makes it survive them in newly mapped pages, too. */
  void registerAdded(long used) {
    Losses losses = losses();
    if (losses != null) {
      losses.grow(range(), used);
    }
  }

  /** Records that the pages are in another place now. */
  void moveTo(AddressRange range) {
    unmapper = unmapper.at(range);
  }

  /** Returns the state of the region in a new epoch, with its pages where they are now. */
  RegionState tie(RegionState before, @Nullable Arena epoch, long head, long size) {
    return before.in(epoch, lifetime.tie(range(), epoch, unmapper), head, size);
  }

  boolean hasReserve() {
    return reserve != NO_RESERVE;
  }

  long reserve() {
    return reserve;
  }

  /**
   * Gives up the reserve from an offset on without unmapping it: it may belong to something else by
   * now, so nothing may touch it again.
   */
  void loseReserve(long offset, long size) {
    reserve = size;
    unmapper.shorten(range().before(offset));
  }

  long dirtyEnd() {
    return dirtyEnd;
  }

  /**
   * Records that bytes up to an offset were in use, of which those from {@code kept} are unmapped.
   */
  void markDirty(long end, long kept) {
    dirtyEnd = Math.min(Math.max(dirtyEnd, end), kept);
  }

  /** Covers the file up to a byte: before the region maps more of it, and again if that fails. */
  void cover(long fileEnd) {
    unmapper.cover(fileEnd);
  }

  /** Records the size of the region, and the byte of the file after it. */
  void resize(long size, long fileEnd) {
    unmapper.resize(size, fileEnd);
  }

  /** Returns whether pages may be locked, which moving them must take into account. */
  boolean mayBeLocked() {
    return mayBeLocked;
  }

  void noteLock() {
    Tracking now = tracking;
    if (now != null) {
      now.requireLockable();
    }
    mayBeLocked = true;
  }

  /** Returns the pages whose protection changes: all of them if none is in reserve. */
  MemorySegment protectable(RegionState now) {
    return hasReserve() ? now.used() : now.pages();
  }

  /**
   * Revokes every view, and returns the same state in a new epoch, not yet published.
   *
   * @throws IllegalStateException if the region cannot revoke, or native code holds a view; then
   *     nothing has changed
   */
  RegionState revoke(RegionState now) {
    requireRevocable();
    Arena epoch = lifetime.newEpoch();
    RegionState fresh = tie(now, epoch, now.head(), now.size());
    now.closeEpoch();
    return fresh;
  }

  /** Seals the pages. Whatever would change them is refused from then on. */
  void seal(Backing backing) {
    backing.requireUnmirrored("sealed");
    requireOwned();
    if (losses() != null) {
      throw new UnsupportedOperationException(
          "a region that survives bus errors cannot be sealed: sealed pages cannot be replaced");
    }
    range().seal();
    sealed = true;
  }

  /** Releases everything, except for pages that are sealed. All views are closed before. */
  void release() {
    if (sealed) {
      unmapper.runExceptPages();
    } else {
      unmapper.run();
    }
  }

  /** Takes over the losses of the region that follows this one. */
  void join(RegionResources next) {
    Losses losses = losses();
    Losses others = next.losses();
    if (losses != null && others != null) {
      losses.join(others);
    }
  }

  /** Releases everything but the pages, which another region has taken over. */
  void handOver() {
    unmapper.handOver();
  }

  /**
   * Leaves the address range before an offset to this region, and returns the resources of the
   * rest. They get the reserve, unless the rest has no page of its own.
   *
   * @param rest what unmaps the rest
   */
  RegionResources splitOff(AddressRange first, Unmapper rest, long offset) {
    boolean hasPages = !rest.range().isEmpty();
    boolean takesReserve = hasReserve() && (offset == 0 || hasPages);
    RegionResources result =
        new RegionResources(
            lifetime, placement, rest, takesReserve ? reserve - offset : NO_RESERVE);
    result.mayBeLocked = mayBeLocked;
    if (hasPages) {
      result.dirtyEnd = Math.max(0, dirtyEnd - offset);
      dirtyEnd = 0;
    }
    if (takesReserve) {
      reserve = NO_RESERVE;
    }
    moveTo(first);
    return result;
  }

  /** Returns what unmaps the rest of this region after a split. */
  Unmapper unmapperOf(
      AddressRange rest, long fileEnd, @Nullable Losses restLosses, long restBytes) {
    return unmapper.splitOff(rest, fileEnd, restLosses, restBytes);
  }

  /** Takes over the pages of the region that follows this one of the given size. */
  void append(RegionResources next, long size) {
    if (!next.range().isEmpty()) {
      placement = range().isEmpty() ? next.placement : placement;
      reserve = next.hasReserve() ? size + next.reserve : NO_RESERVE;
      dirtyEnd = size + next.dirtyEnd;
      moveTo(range().and(next.range()));
    }
    if (next.mayBeLocked) {
      mayBeLocked = true;
    }
  }

  synchronized void pin() {
    Group group = lifetime.group();
    if (group != null) {
      group.pin();
    }
    pins++;
  }

  synchronized void unpin() {
    pins--;
    Group group = lifetime.group();
    if (group != null) {
      group.unpin();
    }
  }

  @Nullable Tracking tracking() {
    return tracking;
  }

  void track(@Nullable Tracking tracker) {
    tracking = tracker;
  }

  /** Refuses a second tracker, and changes after which the tracked pages would be others. */
  void requireUntracked() {
    if (tracking != null) {
      throw new IllegalStateException("a ChangeTracker tracks the region: close it first");
    }
  }

  /** Refuses to revoke views that an arena or a pin keeps. */
  void requireRevocable() {
    requireOwned();
    requireUnpinned();
  }

  /** Refuses to revoke views that an arena keeps. */
  void requireOwned() {
    if (!lifetime.isOwned()) {
      throw new IllegalStateException(BORROWED);
    }
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
          .range(range().pages(0, range().capacity()))
          .because(MemoryErrors.munmap(Errno.EPERM))
          .exception();
    }
  }
}
