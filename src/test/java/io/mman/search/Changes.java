package io.mman.search;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Protection;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Operations that revoke views, or may do so. */
final class Changes {
  private static final int CANARY_CHECKS = 20;

  private static final long MAX_EXTENDED = 1 << 20;

  private final World world;

  Changes(World world) {
    this.world = world;
  }

  void change(Step step, Held held) throws Exception {
    MappedRegion region = held.region();
    switch (step.op()) {
      case PROTECT -> handOut(region.protect(protection(step)), held);
      case RESIZE -> {
        // No huge sizes: tmpfs would allocate memory until there is none.
        boolean extend = step.pick() % 4 == 0 && step.length() < MAX_EXTENDED;
        MemorySegment view = extend ? region.extend(step.length()) : region.resize(step.length());
        if (Step.isWild(step.length())) {
          throw new AssertionError("took a size that no region has");
        }
        handOut(view, held);
      }
      case SPLIT -> split(step, held);
      case JOIN -> join(step, held);
      case SEAL -> {
        held.lineage().willSeal();
        region.seal();
      }
      case CLOSE -> close(region);
      default -> throw new AssertionError(step);
    }
  }

  private static Protection protection(Step step) {
    return step.choose(
        2,
        Protection.READ_WRITE,
        Protection.READ_WRITE,
        Protection.READ,
        Protection.READ,
        Protection.NONE,
        Protection.WRITE,
        Protection.READ_EXEC,
        Protection.READ_WRITE_EXEC);
  }

  private void handOut(MemorySegment view, Held held) {
    world.add(new Held.View(view, held));
  }

  private void split(Step step, Held held) {
    MappedRegion rest = held.region().split(step.from());
    if (step.from() < 0) {
      throw new AssertionError("split before the region");
    }
    Held other = held.with(rest, step.from());
    held.lineage().rest = other;
    world.put(step.other(), other);
    handOut(rest.segment(), other);
    handOut(held.region().segment(), held);
  }

  /**
   * Never joins different pieces of memory, which may be adjacent by chance, because their bytes
   * have different patterns.
   */
  private void join(Step step, Held held) {
    boolean toRest = held.lineage().rest != null && !step.once(0, 4);
    Held next = toRest ? held.lineage().rest : world.regions.get(step.other());
    if (next == null) {
      return;
    }
    boolean sameMemory = next.pattern().equals(held.pattern());
    if (sameMemory || held.pattern().ofFile() != next.pattern().ofFile()) {
      if (next.lineage().maybeSealed()) {
        held.lineage().willSeal();
      }
      held.region().join(next.region());
      handOut(held.region().segment(), held);
    }
  }

  private static void close(MappedRegion region) {
    region.close();
    if (region.isAlive()) {
      throw new AssertionError("alive after close");
    }
  }

  /**
   * Memory that no other thread uses: a change in it was meant for the pages that were there
   * before.
   */
  void canary(Step step) {
    int bytes = (int) ((1 + step.pick() % 8) * Step.PAGE);
    byte[] song = World.newPattern(true).bytes(0, bytes);
    try (MappedRegion region = Mapping.anonymous(bytes).mapConfined()) {
      MemorySegment view = region.segment();
      view.copyFrom(MemorySegment.ofArray(song));
      for (int i = 0; i < CANARY_CHECKS; i++) {
        long wrong = view.mismatch(MemorySegment.ofArray(song));
        if (wrong >= 0) {
          byte now = view.get(ValueLayout.JAVA_BYTE, wrong);
          throw new AssertionError("a canary has " + now + " at " + wrong);
        }
        Thread.onSpinWait();
      }
    }
  }
}
