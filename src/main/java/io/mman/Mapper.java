package io.mman;

import io.mman.Extents.Extent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Carries out a {@link MapRequest}; whatever step fails, nothing made on the way is left. */
sealed class Mapper permits FileMapper {
  private static final int NO_FILE = -1;

  final MapRequest request;
  private final Lifetime lifetime;

  Mapper(MapRequest request, Lifetime lifetime) {
    this.request = request;
    this.lifetime = lifetime;
  }

  static MappedRegion map(MapRequest request, Lifetime lifetime) {
    request.mapFlags(); // before anything is opened
    if (!Spare.isKept() && Tally.live() >= Spare.MANY) {
      Spare.keep();
    }
    Mapper mapper =
        request.isAnonymous() ? new Mapper(request, lifetime) : new FileMapper(request, lifetime);
    return mapper.map();
  }

  MappedRegion map() {
    Set<MapFlag> flags = request.mapFlags();
    Backing.Kind kind = Backing.Kind.of(true, flags.contains(MapFlag.SHARED));
    long hugePage = HugePages.explicitBytes(flags);
    Backing backing = new Backing(kind, null, null, null, true, 0, flags, hugePage);
    return map(backing, 0, request.length, NO_FILE, null);
  }

  /**
   * Maps pages, makes a region of them and prepares it before anyone else knows it.
   *
   * @param head bytes of the first page before the region
   * @param cover what the region covers of its file, which a failure takes back
   */
  final MappedRegion map(Backing backing, long head, long size, int fd, @Nullable Extent cover) {
    Release release = null;
    try {
      long used = size == 0 ? 0 : head + size;
      long capacity = request.reserve == MapRequest.NONE ? used : head + request.capacity(size);
      Protection protection = request.protection();
      Placement placement = Placement.of(request, backing);
      Area area = placement.map(backing, used, capacity, protection, fd);
      Tally tally = Tally.ofMapped(backing.kind(), size);
      release = new Release(area, backing.path(), cover, tally);
      Arena epoch = lifetime.newEpoch();
      MemorySegment pages = lifetime.tie(area, epoch, release);
      State state = State.of(epoch, pages, head, size, protection);
      Ground ground = new Ground(lifetime, placement, release, request.reserve);
      MappedRegion region = new MappedRegion(ground, backing, state);
      prepare(region, area);
      Registration.begin();
      return region;
    } catch (RuntimeException | Error e) {
      if (release != null) {
        release.runAfter(e);
      } else if (cover != null) {
        cover.remove();
      }
      throw e;
    }
  }

  private void prepare(MappedRegion region, Area area) {
    String name = request.name;
    if (name != null && request.isAnonymous() && !area.isEmpty()) {
      AreaNames.give(area.pages(0, area.capacity()), name);
    }
    for (Advice advice : request.advice) {
      region.advise(advice);
    }
    if (request.flags.contains(MapFlag.LOCKED)) {
      region.mayBeLocked = true;
      if (request.wantsPlace()) {
        region.lock(); // reserved pages could not be locked as they were mapped
      }
    }
    if (request.populate || request.populatesByFlag() || region.backing.hugePage() > 0) {
      region.populate();
    }
  }
}
