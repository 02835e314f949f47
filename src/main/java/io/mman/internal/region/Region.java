package io.mman.internal.region;

import io.mman.Advice;
import io.mman.Protection;
import io.mman.RegionStats;
import io.mman.internal.call.KernelCopy;
import io.mman.internal.call.SystemCalls;
import io.mman.internal.region.SplitJoin.Joined;
import io.mman.internal.region.SplitJoin.Part;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A mapped region: what may be done with its pages, by which thread, and for how long. {@link
 * io.mman.MappedRegion} is its public face. Only this class replaces the state of a region.
 */
public final class Region {
  /** The length that stands for the whole region, whatever size it has once it is locked. */
  public static final long WHOLE = RegionState.WHOLE;

  final RegionLock lock;
  final Backing backing;

  /** Null for a mapping made elsewhere. */
  private final @Nullable RegionResources resources;

  /** Replaced as a whole by a change, which holds the lock. */
  private volatile RegionState state;

  /** Whether the region is closed, or this object if it borrows its lifetime. */
  private volatile boolean closed;

  /** Whether a mapping made elsewhere is known to have no explicit huge pages. */
  private boolean hasOrdinaryPages;

  /** Whether mincore(2) is known to answer truthfully, or not to; asking takes reading /proc. */
  private boolean hasResidencyAccess;

  boolean isResidencyHidden;

  Region(RegionResources resources, Backing backing, RegionState state) {
    this(resources.lifetime().newLock(), resources, backing, state);
  }

  private Region(
      RegionLock lock, @Nullable RegionResources resources, Backing backing, RegionState state) {
    this.lock = lock;
    this.backing = backing;
    this.resources = resources;
    this.state = state;
  }

  RegionState state() {
    return state;
  }

  /** Wraps a mapping made elsewhere. */
  public static Region of(MemorySegment mapped) {
    return new Region(RegionLock.NONE, null, Backing.UNKNOWN, RegionState.of(mapped));
  }

  public MemorySegment segment() {
    RegionState now = state;
    if (closed || !now.isRegionAlive()) {
      throw RegionState.closedException();
    }
    if (now.view() == null) {
      throw new IllegalStateException("the pages may not be read: " + now.protection());
    }
    return now.view();
  }

  public long size() {
    return state.size();
  }

  public Protection protection() {
    return state.protection();
  }

  public boolean isAlive() {
    return !closed && state.isRegionAlive();
  }

  /** Returns a length given by a user, unless it is negative. */
  public long requireLength(long length) {
    return length < 0 ? Objects.checkFromIndexSize(0L, -1L, size()) : length;
  }

  public void sync(long offset, long length, int flags) {
    lock.beginCall();
    try {
      MemorySegment pages = covering(offset, length);
      if (pages.byteSize() > 0) {
        SystemCalls.msync(pages, flags, backing.path(), true);
        requireIntact("msync", offset, length);
      }
    } finally {
      lock.endCall();
    }
  }

  public void advise(Advice advice, long offset, long length) {
    AdviceRules.require(advice, backing, state.protection());
    lock.beginCall();
    try {
      MemorySegment pages = AdviceRules.pages(advice, backing, usable(), offset, length);
      if (pages.byteSize() > 0) {
        requireOrdinaryPages(advice);
        AdviceRules.give(advice, backing, resources, pages);
      }
    } finally {
      lock.endCall();
    }
  }

  /** Refuses to discard explicit huge pages that were mapped elsewhere. */
  private void requireOrdinaryPages(Advice advice) {
    if (!backing.isOwn() && !hasOrdinaryPages && AdviceRules.takesHugePages(advice)) {
      AdviceRules.requireOrdinaryPages(advice, state.used());
      hasOrdinaryPages = true;
    }
  }

  public void lock(long offset, long length, int flags) {
    lock.beginCall();
    try {
      MemorySegment pages = covering(offset, length);
      if (pages.byteSize() == 0) {
        return;
      }
      if (resources != null) {
        resources.noteLock();
      }
      SystemCalls.mlock(pages, flags, backing.path(), true);
    } finally {
      lock.endCall();
    }
  }

  public void unlock(long offset, long length) {
    lock.beginCall();
    try {
      MemorySegment pages = covering(offset, length);
      if (pages.byteSize() > 0) {
        SystemCalls.munlock(pages, backing.path());
      }
    } finally {
      lock.endCall();
    }
  }

  public void populate(long offset, long length) {
    lock.beginCall();
    try {
      Prefault.populate(covering(offset, length), state.protection(), backing);
    } finally {
      lock.endCall();
    }
  }

  public ResidencySnapshot residency(long offset, long length) {
    return ResidencyQuery.take(this, offset, length);
  }

  public boolean isResident(long offset, long length) {
    return ResidencyQuery.count(this, offset, length, true) != ResidencyQuery.HOLE;
  }

  public long residentPages(long offset, long length) {
    return ResidencyQuery.count(this, offset, length, false);
  }

  public RegionStats stats() {
    lock.beginCall();
    try {
      return StatsQuery.take(usable().used());
    } finally {
      lock.endCall();
    }
  }

  public long read(long offset, MemorySegment target) {
    lock.beginCall();
    try {
      return RegionCopy.copy(KernelCopy.READ, usable(), backing, losses(), offset, target);
    } finally {
      lock.endCall();
    }
  }

  public long write(long offset, MemorySegment source) {
    AdviceRules.requireWritable(backing, state.protection());
    lock.beginCall();
    try {
      return RegionCopy.copy(KernelCopy.WRITE, usable(), backing, losses(), offset, source);
    } finally {
      lock.endCall();
    }
  }

  public long lostPages() {
    Losses losses = losses();
    return losses == null ? 0 : losses.count();
  }

  public void requireIntact() {
    lock.beginCall();
    try {
      usable();
      requireIntact("requireIntact", 0, WHOLE);
    } finally {
      lock.endCall();
    }
  }

  void requireIntact(String call, long offset, long length) {
    Losses losses = losses();
    if (losses != null) {
      losses.requireIntact(call, state, offset, length);
    }
  }

  public void restore() {
    lock.beginChange();
    try {
      Protection now = usable().protection();
      Losses losses = losses();
      if (losses != null) {
        losses.restore(now);
      }
    } finally {
      lock.endChange();
    }
  }

  private @Nullable Losses losses() {
    return resources == null ? null : resources.losses();
  }

  public RegionPin pin() {
    lock.beginCall();
    try {
      RegionState now = usable();
      return new RegionPin(resources, now.bytes(0, now.size()).address());
    } finally {
      lock.endCall();
    }
  }

  public MemorySegment protect(Protection target) {
    RegionResources own = requireResources();
    lock.beginChange();
    try {
      RegionState now = usable();
      own.requireUnsealed("mprotect");
      publish(ProtectionChange.run(own, backing, now, target));
      return state.viewOrClosed();
    } finally {
      lock.endChange();
    }
  }

  /**
   * Gives the region another size.
   *
   * @param extend whether the file is made long enough first; a smaller size is refused then
   */
  public MemorySegment resize(long newSize, boolean extend) {
    PageRange.requireSize("size", newSize);
    RegionResources own = requireResources();
    lock.beginChange();
    try {
      publish(new Resizer(own, backing, usable(), newSize).run(extend));
      return state.viewOrClosed();
    } finally {
      lock.endChange();
    }
  }

  /** Returns the rest, from the offset on. */
  public Region split(long offset) {
    RegionResources own = requireResources();
    lock.beginChange();
    try {
      RegionState now = usable();
      own.requireUnsealed("mprotect");
      Part[] parts = SplitJoin.split(new Part(own, backing, now), offset);
      state = parts[0].state();
      return new Region(parts[1].resources(), parts[1].backing(), parts[1].state());
    } finally {
      lock.endChange();
    }
  }

  public void join(Region next) {
    RegionResources own = requireResources();
    RegionResources others = next.requireResources();
    if (next == this) {
      throw new IllegalArgumentException("a region cannot follow itself");
    }
    SplitJoin.requireJoinable(backing, own);
    SplitJoin.requireJoinable(next.backing, others);
    RegionLock.beginChange(lock, next.lock);
    try {
      own.requireUnsealed("mremap");
      others.requireUnsealed("mremap");
      Part first = new Part(own, backing, usable());
      Joined joined = SplitJoin.join(first, new Part(others, next.backing, next.usable()));
      state = joined.first();
      next.state = joined.second();
      if (joined.failure() != null) {
        throw joined.failure();
      }
    } finally {
      next.lock.endChange();
      lock.endChange();
    }
  }

  public void seal() {
    RegionResources own = requireResources();
    lock.beginChange();
    try {
      usable();
      own.seal(backing);
    } finally {
      lock.endChange();
    }
  }

  public void close() {
    if (resources == null || !resources.lifetime().isOwned()) {
      if (isAlive()) {
        state.requireThread();
      }
      closed = true;
      return;
    }
    lock.beginChange();
    try {
      RegionState now = state;
      if (!closed) {
        now.requireThread();
      }
      if (now.isAlive()) {
        resources.requireUnpinned();
        now.closeEpoch();
      }
      closed = true;
      resources.release();
    } finally {
      lock.endChange();
    }
  }

  /** Replaces the state by the result of a change, and throws what the change has failed with. */
  private void publish(Outcome outcome) {
    state = outcome.state();
    outcome.throwFailure();
  }

  RegionResources requireResources() {
    if (resources == null) {
      throw new IllegalStateException(
          "this region wraps a mapping made elsewhere (MappedRegion.of)");
    }
    return resources;
  }

  /** Returns the state, if the region is open and the current thread may use it. */
  RegionState usable() {
    if (closed) {
      throw RegionState.closedException();
    }
    return state.usable();
  }

  MemorySegment covering(long offset, long length) {
    return usable().covering(offset, length, backing.page());
  }

  /** Returns the state, if it has a range and mincore(2) answers truthfully about its pages. */
  RegionState queryable(long offset, long length) {
    RegionState now = usable();
    Objects.checkFromIndexSize(offset, length, now.size());
    if (length > 0 && !hasResidencyAccess) {
      ResidencyAccess.require(now.used(), backing);
      hasResidencyAccess = true;
    }
    return now;
  }

  @Override
  public String toString() {
    return (closed ? state.closed() : state).describe(backing);
  }
}
