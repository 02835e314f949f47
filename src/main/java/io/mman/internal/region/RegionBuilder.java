package io.mman.internal.region;

import io.mman.Advice;
import io.mman.MapFlag;
import io.mman.Protection;
import io.mman.internal.file.MappedExtents.Extent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Maps the pages of a request and makes a region of them. If a step fails, nothing stays mapped.
 */
final class RegionBuilder {
  /** In place of a descriptor, for anonymous memory. */
  static final int NO_FILE = -1;

  private final MapRequest request;
  private final Lifetime lifetime;
  private final Backing backing;
  private final long head;
  private final long size;
  private final Placement placement;

  /** Unmaps the pages once they are mapped. */
  private @Nullable Unmapper unmapper;

  /**
   * Creates a builder.
   *
   * @param head bytes of the first page before the region's first byte
   */
  RegionBuilder(MapRequest request, Lifetime lifetime, Backing backing, long head, long size) {
    this.request = request;
    this.lifetime = lifetime;
    this.backing = backing;
    this.head = head;
    this.size = size;
    this.placement = Placement.of(request, backing);
  }

  /**
   * Maps the pages. If this fails, the cover and the file that the region keeps are released.
   *
   * @param fd the descriptor of the file, which is no longer needed afterwards unless the region
   *     keeps the file
   * @param cover the part of the file that the region covers, or null
   * @param file the file that the region keeps open, or null
   */
  void place(int fd, @Nullable Extent cover, @Nullable RegionFile file) {
    try {
      AddressRange range = map(fd);
      Losses losses = request.survives ? register(range, fd) : null;
      RegionCounters.map(backing.kind(), size);
      unmapper = new Unmapper(range, backing, cover, file, losses, size);
    } finally {
      if (unmapper == null) {
        release(cover, file);
      }
    }
  }

  private AddressRange map(int fd) {
    long used = RegionState.used(head, size);
    long capacity =
        request.reserve == RegionResources.NO_RESERVE ? used : head + request.capacity(size);
    return placement.map(backing, used, capacity, request.protection(), fd);
  }

  /** After a stack overflow the pages stay mapped, because they may be registered. */
  private Losses register(AddressRange range, int fd) {
    try {
      long used = RegionState.used(head, size);
      return Losses.register(range, used, backing, request.protection(), fd);
    } catch (RuntimeException | OutOfMemoryError e) {
      range.unmapIfPossible();
      throw e;
    }
  }

  private static void release(@Nullable Extent cover, @Nullable RegionFile file) {
    if (cover != null) {
      cover.remove();
    }
    if (file != null) {
      file.release();
    }
  }

  /** Makes a region of the pages, and prepares them before anyone else can see it. */
  Region finish() {
    try {
      Region region = tie(placed());
      prepare(region, placed().range());
      return region;
    } catch (RuntimeException | Error e) {
      undoAfter(e);
      throw e;
    }
  }

  /** Unmaps a region that nobody else has seen. */
  void undo() {
    placed().run();
  }

  /** Unmaps the region after a failure, to which a further failure is added. */
  void undoAfter(Throwable failure) {
    placed().runAfter(failure);
  }

  private Unmapper placed() {
    if (unmapper == null) {
      throw new IllegalStateException("nothing is mapped");
    }
    return unmapper;
  }

  private Region tie(Unmapper mapped) {
    Arena epoch = lifetime.newEpoch();
    MemorySegment pages = lifetime.tie(mapped.range(), epoch, mapped);
    Protection protection = request.protection();
    RegionState state = RegionState.of(epoch, pages, head, size, protection);
    RegionResources resources = new RegionResources(lifetime, placement, mapped, request.reserve);
    if (request.flags.contains(MapFlag.LOCKED)) {
      resources.noteLock();
    }
    return new Region(resources, backing, state);
  }

  private void prepare(Region region, AddressRange range) {
    if (backing.isEndless()) {
      FileEnd.requirePages(region.state().used(), request.protection(), backing);
    }
    String name = request.name;
    if (name != null && request.isAnonymous() && !range.isEmpty()) {
      VmaName.set(range.pages(0, range.capacity()), name);
    }
    for (Advice advice : request.advice) {
      region.advise(advice, 0, Region.WHOLE);
    }
    if (request.flags.contains(MapFlag.LOCKED) && request.wantsPlace()) {
      region.lock(0, Region.WHOLE, 0); // reserved pages could not be locked as they were mapped
    }
    if (request.populate || request.populatesByFlag() || backing.hugePage() > 0) {
      region.populate(0, Region.WHOLE);
    }
  }
}
