package io.mman.search;

import io.mman.Advice;
import io.mman.Errno;
import io.mman.LockFlag;
import io.mman.MappedRegion;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.Pin;
import io.mman.Protection;
import io.mman.SyncFlag;
import io.mman.ipc.Futex;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** Every call of a region except changes, with any range. */
final class RegionOps {
  private static final int MOST_BYTES = 2 * 4096;

  private static final Set<Op> OPS_WITH_RANGE =
      EnumSet.of(Op.ADVISE, Op.SYNC, Op.LOCK, Op.UNLOCK, Op.POPULATE, Op.RESIDENCY);

  private final World world;

  RegionOps(World world) {
    this.world = world;
  }

  void call(Step step, Held held) {
    MappedRegion region = held.region();
    switch (step.op()) {
      case ADVISE -> advise(step, held);
      case SYNC -> sync(step, region);
      case LOCK -> lock(step, region);
      case UNLOCK -> region.unlock(step.from(), step.length());
      case POPULATE -> populate(step, region);
      case RESIDENCY -> residency(step, region);
      case BURST -> burst(region);
      case STATS -> stats(step, region);
      case READ -> read(step, held);
      case WRITE -> write(step, held);
      case LOSSES -> losses(step, region);
      default -> throw new AssertionError(step);
    }
    boolean hasRange = OPS_WITH_RANGE.contains(step.op());
    if (hasRange && step.isWildRange() && !step.once(20, 8)) { // then it uses the whole region
      throw new AssertionError("took a range that no region has");
    }
  }

  private static void advise(Step step, Held held) {
    Advice advice = step.choose(3, Advice.values());
    advice = step.once(1, 2) ? step.choose(3, Advice.DONTNEED, Advice.REMOVE) : advice;
    if (advice == Advice.COLLAPSE) {
      held.lineage().willCollapse();
    }
    if (step.once(20, 8) && held.region().size() < MOST_BYTES * Step.PAGE) {
      held.region().advise(advice); // populating more would fill the memory
    } else {
      held.region().advise(advice, step.from(), step.length());
    }
    if (advice == Advice.GUARD_INSTALL) {
      throw new AssertionError("took " + advice);
    }
  }

  private static void sync(Step step, MappedRegion region) {
    SyncFlag flag = step.choose(3, SyncFlag.values());
    if (step.once(20, 8)) {
      region.sync();
    } else if (step.once(8, 4)) {
      region.syncAsync(step.from(), step.length()); // its future may fail
    } else if (step.once(0, 2)) {
      region.sync(step.from(), step.length());
    } else {
      region.sync(step.from(), step.length(), flag);
    }
  }

  private static void populate(Step step, MappedRegion region) {
    if (step.once(8, 4)) {
      region.populateAsync(step.from(), step.length());
    } else {
      region.populate(step.from(), step.length());
    }
  }

  private static void lock(Step step, MappedRegion region) {
    if (step.once(0, 2)) {
      region.lock(step.from(), step.length());
    } else {
      region.lock(step.from(), step.length(), LockFlag.ONFAULT);
    }
  }

  private static void burst(MappedRegion region) {
    long length = Math.min(1, region.size());
    region.sync(0, length, SyncFlag.ASYNC);
    region.advise(Advice.RANDOM);
    region.isResident(0, length);
    region.residency(); // takes long if the region is large, and reads one part after the other
  }

  private static void residency(Step step, MappedRegion region) {
    if (step.once(8, 4)) {
      prefetch(step, region);
      return;
    }
    switch (step.pick() % 3) {
      case 0 -> region.residency(step.from(), step.length()).toBitSet();
      case 1 -> region.isResident(step.from(), step.length());
      default -> region.residentPages(step.from(), step.length());
    }
  }

  private static void prefetch(Step step, MappedRegion region) {
    if (step.once(10, 2)) {
      region.prefetch(step.from(), step.length());
    } else {
      int asked = region.prefetch(new long[] {step.from(), 0, step.from()}, step.length());
      require(asked >= 0 && asked <= 3, "asked for more ranges than there are");
    }
  }

  private static void stats(Step step, MappedRegion region) {
    if (step.once(8, 4)) {
      region.stats();
      return;
    }
    Futex word = Futex.at(region, step.once(10, 2) ? step.from() : step.from() & -4);
    if (step.once(0, 2)) {
      int woken = word.wake(step.pick() % 3);
      require(woken >= 0 && woken <= 2, "woke " + woken);
      return;
    }
    try {
      word.await(step.other(), Duration.ofMillis(step.pick() % 3));
    } catch (InterruptedException e) {
      // The end of another thread's arena interrupts those who access it.
    }
  }

  private static void read(Step step, Held held) {
    Protection protection = held.region().protection();
    try (Arena arena = Arena.ofConfined()) {
      int length = length(step);
      MemorySegment target =
          step.once(0, 2) ? arena.allocate(length) : MemorySegment.ofArray(new byte[length]);
      long count = held.region().read(step.from(), target);
      byte[] bytes = target.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
      held.pattern().check(bytes, bytes.length, held.base() + step.from());
      require(count == length || held.lineage().mayLose, "read less");
    } catch (MmanException e) {
      require(e.error() != Errno.EFAULT || !keeps(held, protection.canRead()), e);
      throw e;
    }
    require(step.from() >= 0, "read before the region");
  }

  private static void write(Step step, Held held) {
    Protection protection = held.region().protection();
    byte[] bytes = held.pattern().bytes(held.base() + step.from(), length(step));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = MemorySegment.ofArray(bytes);
      source = step.once(0, 2) ? arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes) : source;
      long count = held.region().write(step.from(), source);
      require(count == bytes.length || held.lineage().mayLose, "wrote less");
      require(step.from() >= 0, "wrote before the region");
    } catch (MmanException e) {
      require(e.error() != Errno.EFAULT || !keeps(held, protection.canWrite()), e);
      throw e;
    }
  }

  /**
   * The protection of a region that borrows its lifetime never loses permissions, and most files
   * have all pages.
   */
  private static boolean keeps(Held held, boolean had) {
    return had && held.lineage().kind != Held.Kind.OWNED && !held.lineage().mayLose;
  }

  private static void losses(Step step, MappedRegion region) {
    long before = region.lostPages();
    if (step.once(0, 2)) {
      region.restore();
    } else {
      region.requireIntact();
    }
    require(region.lostPages() >= before, "fewer pages were lost");
  }

  private static int length(Step step) {
    return Math.floorMod(step.length(), MOST_BYTES);
  }

  /** Removes write access while a later page refuses the change, and uses the region afterwards. */
  void sealPart(Step step, Held held) throws Exception {
    Thread owner = held.lineage().owner;
    boolean own = held.lineage().kind == Held.Kind.OWNED;
    boolean sealable = own && !held.lineage().mayLose; // sealed pages cannot be replaced
    if (!sealable || (owner != null && owner != Thread.currentThread())) {
      return;
    }
    held.lineage().willSeal();
    world.handovers.during(() -> seal(held.region().segment(), 1 + step.pick() % 3));
    try {
      held.region().protect(Protection.READ);
    } catch (MmanException e) {
      require(e.error() == Errno.EPERM, e);
    }
    MemorySegment view = held.region().segment();
    if (!view.isReadOnly() && view.byteSize() > 0) {
      view.set(ValueLayout.JAVA_BYTE, 0, held.pattern().at(held.base()));
    }
    world.add(new Held.View(view, held));
  }

  private static void seal(MemorySegment view, int page) {
    long start = (-view.address() & (Step.PAGE - 1)) + page * Step.PAGE;
    if (start + Step.PAGE <= view.byteSize()) {
      Mman.mseal(view.asSlice(start, Step.PAGE));
    }
  }

  void wrap(Step step) {
    Held.View view = world.view(step.pick());
    if (view != null) {
      Held from = view.from();
      Held.Lineage lineage =
          new Held.Lineage(Held.Kind.WRAP, from.lineage().owner, from.lineage().mayLose);
      MappedRegion region = MappedRegion.of(view.segment());
      world.put(step.slot(), new Held(region, from.pattern(), view.base(), lineage));
    }
  }

  void pin(Step step, Held held) {
    Pin pin = held.region().pin();
    world.allPins.add(pin);
    world.pins.set(step.other() % world.pins.length(), pin);
  }

  void unpin(Step step) {
    Pin pin = world.pins.get(step.slot() % world.pins.length());
    if (pin != null) {
      pin.close();
    }
  }

  private static void require(boolean condition, Object what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
