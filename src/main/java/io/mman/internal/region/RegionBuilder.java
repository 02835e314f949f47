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

  /** What the region covers of the caller's file, or null. */
  private final @Nullable Extent cover;

  /** The region's own file, or null. */
  private final @Nullable RegionFile file;

  RegionBuilder(
      MapRequest request, Lifetime lifetime, @Nullable Extent cover, @Nullable RegionFile file) {
    this.request = request;
    this.lifetime = lifetime;
    this.cover = cover;
    this.file = file;
  }

  /**
   * Maps the pages and prepares them, before anyone else can see the region.
   *
   * @param head bytes of the first page before the region's first byte
   */
  Region build(Backing backing, long head, long size, int fd) {
    Unmapper unmapper = null;
    try {
      Placement placement = Placement.of(request, backing);
      AddressRange range = place(placement, backing, head, size, fd);
      RegionCounters counters = RegionCounters.ofMapped(backing.kind(), size);
      unmapper = new Unmapper(range, backing.path(), cover, file, counters);
      Region region = tie(placement, unmapper, backing, head, size);
      prepare(region, range, backing);
      return region;
    } catch (RuntimeException | Error e) {
      if (unmapper != null) {
        unmapper.runAfter(e);
      } else {
        releaseFile();
      }
      throw e;
    }
  }

  private void releaseFile() {
    if (cover != null) {
      cover.remove();
    }
    if (file != null) {
      file.release();
    }
  }

  private AddressRange place(Placement placement, Backing backing, long head, long size, int fd) {
    long used = RegionState.used(head, size);
    long capacity =
        request.reserve == RegionResources.NO_RESERVE ? used : head + request.capacity(size);
    return placement.map(backing, used, capacity, request.protection(), fd);
  }

  private Region tie(
      Placement placement, Unmapper unmapper, Backing backing, long head, long size) {
    Arena epoch = lifetime.newEpoch();
    MemorySegment pages = lifetime.tie(unmapper.range(), epoch, unmapper);
    Protection protection = request.protection();
    RegionState state = RegionState.of(epoch, pages, head, size, protection);
    RegionResources resources = new RegionResources(lifetime, placement, unmapper, request.reserve);
    if (request.flags.contains(MapFlag.LOCKED)) {
      resources.noteLock();
    }
    return new Region(resources, backing, state);
  }

  private void prepare(Region region, AddressRange range, Backing backing) {
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
