package io.mman.internal.region;

import io.mman.Advice;
import io.mman.MapFlag;
import io.mman.internal.proc.Maps;
import io.mman.internal.proc.Smaps;
import java.lang.foreign.MemorySegment;

/**
 * Tracks the stores to the pages of a region, for one tracker at a time. The pages stay where they
 * are as long as they are tracked: the region refuses changes that add, move or hand over pages.
 * Closing the region, which unmaps them, ends the registration in the kernel.
 *
 * <p>Region and tracker refer to each other, and nothing else refers to them, so that a region that
 * an automatic arena keeps can still become unreachable.
 */
public abstract class Tracking {
  private final Region region;
  private final RegionResources resources;

  /**
   * Prepares tracking.
   *
   * @throws IllegalStateException if the region wraps a mapping made elsewhere
   */
  protected Tracking(Region region) {
    this.region = region;
    this.resources = region.requireResources();
  }

  /** The shape of the pages, which does not change while they are tracked. */
  public record Shape(long address, long page, long head, long size, boolean mirrored) {}

  /** Something to do with the whole pages of the region, which stay mapped meanwhile. */
  public interface Action {
    void run(MemorySegment pages);
  }

  /**
   * Returns the shape of the region's pages now.
   *
   * @throws IllegalStateException if it is closed
   * @throws WrongThreadException if it is confined to another thread
   */
  protected final Shape shape() {
    region.lock.beginCall();
    try {
      return shape(region.usable());
    } finally {
      region.lock.endCall();
    }
  }

  private Shape shape(RegionState now) {
    Backing backing = region.backing;
    long address = now.pages().address();
    return new Shape(address, backing.page(), now.head(), now.size(), backing.mirrored());
  }

  /**
   * Reserves the region for this tracker, which other threads can call from then on.
   *
   * @param expected the shape that the tracker was prepared for
   * @return false if the region has got another shape meanwhile
   * @throws UnsupportedOperationException if it is of a kind that cannot be tracked
   * @throws IllegalStateException if it is closed or tracked already, or its pages are locked
   * @throws WrongThreadException if it is confined to another thread
   */
  protected final boolean claim(Shape expected) {
    region.lock.beginChange();
    try {
      RegionState now = region.usable();
      requireTrackable(region.backing);
      resources.requireUntracked();
      requireNotLocked(region.backing, now.pages());
      if (!shape(now).equals(expected)) {
        return false;
      }
      resources.track(this);
      return true;
    } finally {
      region.lock.endChange();
    }
  }

  private void requireTrackable(Backing backing) {
    String reason = null;
    if (resources.losses() != null) {
      reason = "survives bus errors: a page that replaces a lost one would not be tracked";
    } else if (backing.flags().contains(MapFlag.DROPPABLE)) {
      reason = "is DROPPABLE: the kernel changes its pages by itself";
    } else if (backing.status() != null && !backing.status().isRegular()) {
      reason = "maps a device";
    }
    if (reason != null) {
      throw new UnsupportedOperationException("changes cannot be tracked: the region " + reason);
    }
  }

  /**
   * Refuses pages of a file on a disk that are locked. Linux repeats the fault on such a page for
   * ever, and the thread cannot even be stopped at a safepoint, if the page is protected and not in
   * the page cache: {@code filemap_fault} takes the mark of the protection for a page that another
   * thread has just mapped (seen with Linux 6.18).
   */
  private static void requireNotLocked(Backing backing, MemorySegment pages) {
    if (isOnDisk(backing, pages) && Smaps.isLocked(pages.address(), pages.byteSize())) {
      throw new IllegalStateException(
          "pages of a file on a disk cannot be tracked while they are locked: unlock them first");
    }
  }

  /** Refuses to lock what {@link #requireNotLocked} would refuse to track. */
  final void requireLockable() {
    if (isOnDisk(region.backing, region.usable().pages())) {
      throw new IllegalStateException(
          "a ChangeTracker tracks the region: pages of a file on a disk cannot be locked"
              + " meanwhile");
    }
  }

  private static boolean isOnDisk(Backing backing, MemorySegment pages) {
    return !backing.kind().isAnonymous()
        && pages.byteSize() > 0
        && Maps.overlapping(pages.address(), pages.byteSize()).stream()
            .anyMatch(Maps.Area::mayBeOnDisk);
  }

  /** Gives up what {@link #claim} has reserved. */
  @SuppressWarnings("ReferenceEquality") // another tracker is another, whatever it looks like
  protected final void disclaim() {
    if (resources.tracking() == this) { // nobody else ends this tracking
      resources.track(null);
    }
  }

  /**
   * Does something with the pages.
   *
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if it is confined to another thread
   */
  protected final void call(Action action) {
    region.lock.beginCall();
    try {
      RegionState now = region.usable();
      long bytes = region.backing.pages(now.usedBytes());
      action.run(now.pages().asSlice(0, Math.min(bytes, now.pages().byteSize())));
    } finally {
      region.lock.endCall();
    }
  }

  /**
   * Ends the tracking. If the region is closed, its pages are no longer mapped, and other memory
   * may be there.
   *
   * @param unregister ends the registration of the pages
   * @throws WrongThreadException if the region is open and confined to another thread
   */
  protected final void end(Action unregister) {
    if (region.isAlive()) {
      try {
        call(
            pages -> {
              unregister.run(pages);
              disclaim(); // before the region can change
            });
      } catch (IllegalStateException e) {
        if (region.isAlive()) {
          throw e;
        }
      }
    }
    disclaim();
  }

  final void advised(Advice advice, MemorySegment pages) {
    if (advice.isDiscarding() && advice != Advice.WIPEONFORK) {
      discarded(pages);
    }
  }

  /** Is called when pages of the region have been discarded, or some of them. */
  protected abstract void discarded(MemorySegment pages);

  @Override
  public String toString() {
    return "ChangeTracker[" + region + "]";
  }
}
