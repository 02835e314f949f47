package io.mman.internal.region;

import io.mman.Advice;
import io.mman.MapFlag;
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
   * Maps the pages and prepares them, before anyone else can see or unmap them.
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
      RegionResources resources =
          new RegionResources(lifetime, placement, unmapper, request.reserve);
      prepare(resources, backing, head, size);
      return tie(resources, backing, head, size);
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

  /** Gives the pages the requested name and advice, locks them, and faults them in. */
  private void prepare(RegionResources resources, Backing backing, long head, long size) {
    boolean locks = request.flags.contains(MapFlag.LOCKED);
    boolean populates = request.populate || request.populatesByFlag() || backing.hugePage() > 0;
    if (locks) {
      resources.noteLock();
    }
    if (!locks && !populates && request.advice.isEmpty() && request.name == null) {
      return;
    }
    AddressRange range = resources.range();
    MemorySegment pages = range.pages(0, range.capacity());
    String name = request.name;
    if (name != null && request.isAnonymous() && !range.isEmpty()) {
      VmaName.set(pages, name);
    }
    // Not tied to an arena yet: no lock is needed, and none is waited for.
    RegionState state = RegionState.of(null, pages, head, size, request.protection());
    Region region = new Region(RegionLock.NONE, resources, backing, state);
    for (Advice advice : request.advice) {
      region.advise(advice, 0, Region.WHOLE);
    }
    if (locks && request.wantsPlace()) {
      region.lock(0, Region.WHOLE, 0); // reserved pages could not be locked as they were mapped
    }
    if (populates) {
      region.populate(0, Region.WHOLE);
    }
  }

  private Region tie(RegionResources resources, Backing backing, long head, long size) {
    Arena epoch = lifetime.newEpoch();
    MemorySegment pages = resources.tie(epoch);
    RegionState state = RegionState.of(epoch, pages, head, size, request.protection());
    return new Region(lifetime.newLock(), resources, backing, state);
  }
}
