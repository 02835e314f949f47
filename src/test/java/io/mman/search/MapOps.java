package io.mman.search;

import io.mman.Advice;
import io.mman.MapFlag;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import io.mman.Protection;
import io.mman.RegionGroup;
import io.mman.testing.Arenas;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Maps memory and files in all ways, for all lifetimes. */
final class MapOps {
  private static final int CLOSE_TRIES = 100;
  private static final long BYTES = 9 * Step.PAGE;
  private static final long RING_BYTES = 4 * Step.PAGE;
  private static final int RARELY = 32;
  private static final long LENT_BYTES = 1 << 30;
  private static final int LONGEST_LOAN_NANOS = 1_000_000;
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final World world;
  private final boolean mayLeavePages;

  MapOps(World world, boolean mayLeavePages) {
    this.world = world;
    this.mayLeavePages = mayLeavePages;
  }

  void anonymous(Step step) {
    Mapping mapping = Mapping.anonymous(step.length());
    mapping = step.once(0, 4) ? mapping.shared() : mapping;
    map(placed(mapping, step), step, World.newPattern(false), 0);
  }

  void file(Step step) throws IOException {
    World.Shelf shelf = world.files.get(step.slot() % world.files.length());
    switch (step.pick() & 3) {
      case 0 -> fresh(step);
      case 1 -> map(placed(part(world.fixed, step), step), step, world.fixed.pattern(), base(step));
      default -> {
        if (shelf != null && step.once(17, 4)) {
          ring(shelf, step, Mapping.file(shelf.file()));
        } else if (shelf != null) {
          Mapping mapping = placed(part(shelf, step), step);
          mapping = step.once(2, 8) ? mapping.create(step.length()) : mapping;
          map(mapping, step, shelf.pattern(), base(step));
        }
      }
    }
  }

  /** Creates a file by mapping it; a request that is refused creates none. */
  private void fresh(Step step) throws IOException {
    Path path = world.folder.resolve("fresh-" + NAMES.incrementAndGet());
    try {
      Mapping mapping = Mapping.file(path).create(step.length());
      boolean allocates = step.once(2, 2) && !Step.isWild(step.length());
      mapping = placed(allocates ? mapping.preallocate() : mapping, step);
      map(mapping, step, World.newPattern(true), 0);
    } finally {
      if (Files.deleteIfExists(path) && Step.isWild(step.length()) && step.length() < 0) {
        throw new AssertionError("a refused request has left a file");
      }
    }
  }

  /** Maps the file that is truncated at any moment. */
  void surviving(Step step) {
    World.Shelf shelf = world.unsteady;
    if (step.once(17, 8)) {
      ring(shelf, step, Mapping.file(shelf.file()).surviveBusErrors());
      return;
    }
    Mapping mapping = placed(part(shelf, step), step).surviveBusErrors();
    mapping = step.once(2, 4) && !Step.isWild(step.length()) ? mapping.create(BYTES) : mapping;
    map(mapping, step, shelf.pattern(), base(step));
  }

  /** Maps some pages twice; most files have them. */
  private void ring(World.Shelf shelf, Step step, Mapping mapping) {
    long first = pages(step.from());
    long size = pages(step.length());
    Mapping ring = step.once(3, 16) ? mapping.copyOnWrite().mirrored() : mapping.mirrored();
    ring = placed(step.once(5, 8) ? ring.from(first) : ring.range(first, size), step, RARELY);
    map(ring, step, shelf.pattern(), first, true);
  }

  private static long pages(long place) {
    return Step.isWild(place) ? place : Math.floorMod(place, RING_BYTES) & -Step.PAGE;
  }

  private Mapping part(World.Shelf shelf, Step step) {
    boolean byPath = shelf == world.fixed || (shelf == world.unsteady && step.once(1, 2));
    Mapping mapping = byPath ? Mapping.file(shelf.file().path()) : Mapping.file(shelf.file());
    mapping = step.once(3, 4) ? mapping.copyOnWrite() : mapping;
    if (step.once(5, 4)) {
      return mapping.from(step.from());
    }
    mapping = mapping.range(step.from(), step.length());
    return step.once(7, 8) && !step.isWildRange() ? mapping.preallocate() : mapping;
  }

  private static long base(Step step) {
    return step.from();
  }

  private static Mapping placed(Mapping mapping, Step step) {
    return placed(mapping, step, 2);
  }

  /** Adds a reserve once in so many times. */
  private static Mapping placed(Mapping mapping, Step step, int reserves) {
    Mapping m = mapping;
    m = step.once(8, 4) ? m.guardPages() : m;
    m = step.once(9, 8) ? m.alignment(1L << (step.pick() & 15)) : m;
    m = step.once(10, reserves) ? m.reserve(step.length() + step.from()) : m;
    m = step.once(11, 16) ? m.populate() : m;
    m = step.once(12, 32) ? m.hugePages() : m;
    m = step.once(13, 32) ? m.flags(step.choose(3, MapFlag.values())) : m;
    m = step.once(14, 16) ? m.advise(step.choose(3, Advice.values())) : m;
    m = step.once(15, 32) ? m.name(step.choose(3, "search", "", "not [a] name")) : m;
    Protection protection =
        step.choose(
            16,
            Protection.READ_WRITE,
            Protection.READ_WRITE,
            Protection.READ_WRITE,
            Protection.READ,
            Protection.NONE,
            Protection.WRITE);
    return m.protection(protection);
  }

  private void map(Mapping mapping, Step step, Pattern pattern, long base) {
    map(mapping, step, pattern, base, false);
  }

  private void map(Mapping mapping, Step step, Pattern pattern, long base, boolean mirrored) {
    Thread self = Thread.currentThread();
    MappedRegion region;
    Held.Lineage lineage;
    boolean mayLose = pattern.equals(world.unsteady.pattern());
    World.Lender lender = lender(step);
    if (lender != null) {
      region = mapping.map(lender.arena());
      lineage = new Held.Lineage(lender.kind(), lender.owner(), mayLose);
    } else if (step.other() == 2) {
      region = mapping.mapConfined();
      lineage = new Held.Lineage(Held.Kind.OWNED, self, mayLose);
    } else {
      region = mapping.mapShared();
      lineage = new Held.Lineage(Held.Kind.OWNED, null, mayLose);
    }
    Pattern shown = mirrored ? pattern.mirrored(base, region.size() / 2) : pattern;
    Held held = new Held(region, shown, base, lineage);
    world.put(step.slot(), held);
    if (step.isWildRange() && region.size() > 1L << 40) {
      throw new AssertionError("mapped " + region);
    }
    if (region.protection().canRead()) {
      world.add(new Held.View(region.segment(), held));
    }
  }

  private World.Lender lender(Step step) {
    if (step.other() == 5 && step.once(4, 4)) {
      return mayLeavePages
          ? new World.Lender(Arena.global(), null, Held.Kind.GLOBAL)
          : new World.Lender(Arena.ofAuto(), null, Held.Kind.AUTOMATIC);
    }
    return step.other() >= 3 ? world.lenders.get(step.other() - 3) : null;
  }

  void openArena(Step step) {
    Thread self = Thread.currentThread();
    World.Lender lender =
        switch (step.pick() % 5) {
          case 0 -> new World.Lender(Arena.ofConfined(), self, Held.Kind.ARENA);
          case 1 -> new World.Lender(Arenas.around(Arena.ofShared()), null, Held.Kind.ARENA);
          case 2 -> new World.Lender(Arena.ofShared(), null, Held.Kind.ARENA);
          default -> new World.Lender(RegionGroup.open(), null, Held.Kind.ARENA);
        };
    world.allLenders.add(lender);
    world.lenders.set(step.slot() % world.lenders.length(), lender);
  }

  void closeArena(Step step) throws Exception {
    World.Lender lender = world.lenders.get(step.slot() % world.lenders.length());
    if (lender == null) {
      return;
    }
    if (lender.arena() instanceof RegionGroup) {
      world.handovers.without(lender.arena()::close);
    } else {
      closeAtLast(lender.arena());
    }
  }

  /** An arena may refuse to close while calls of its regions run. */
  private static void closeAtLast(Arena arena) {
    for (int i = 0; i < CLOSE_TRIES && arena.scope().isAlive(); i++) {
      try {
        arena.close();
      } catch (IllegalStateException inUse) {
        Thread.onSpinWait();
      }
    }
  }

  /** Unmaps large memory soon after mapping it, during long calls of other threads. */
  void lend(Step step) throws Exception {
    boolean own = step.once(21, 2);
    World.Lender lender = new World.Lender(Arena.ofShared(), null, Held.Kind.ARENA);
    world.allLenders.add(lender);
    Mapping mapping = Mapping.anonymous(LENT_BYTES).flags(MapFlag.NORESERVE);
    MappedRegion region = own ? mapping.mapShared() : mapping.map(lender.arena());
    Held.Lineage lineage = new Held.Lineage(own ? Held.Kind.OWNED : Held.Kind.ARENA, null, false);
    Held held = new Held(region, World.newPattern(false), 0, lineage);
    world.put(step.slot(), held);
    world.put(step.other(), held);
    // On a busy machine the thread that wakes up interrupts the others at any point.
    LockSupport.parkNanos(step.pick() % LONGEST_LOAN_NANOS);
    if (own) {
      closeOwn(held);
    } else {
      closeAtLast(lender.arena());
    }
  }

  private void closeOwn(Held held) throws Exception {
    try {
      world.handovers.without(held.region()::close);
    } catch (IllegalStateException inUse) {
      Thread.onSpinWait(); // pinned, or native code has a view: it is closed at the end
    } catch (MmanException e) {
      if (!held.lineage().maybeSealed()) {
        throw e;
      }
    }
  }

  void retain(Step step) {
    World.Lender lender = world.lenders.get(step.slot() % world.lenders.length());
    if (lender != null && lender.arena() instanceof RegionGroup group) {
      group.retain();
    }
  }
}
