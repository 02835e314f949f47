package io.mman.search;

import java.nio.channels.FileChannel;

/** Does single steps of a storm, and checks how each of them ends. */
final class Player {
  private static final int BURST_TIMES = 60;

  private final World world;
  private final MapOps maps;
  private final FileOps files;
  private final RegionOps calls;
  private final Changes changes;
  private final Touches touches;

  Player(World world, FileChannel sink, boolean mayLeavePages) {
    this.world = world;
    this.maps = new MapOps(world, mayLeavePages);
    this.files = new FileOps(world);
    this.calls = new RegionOps(world);
    this.changes = new Changes(world);
    this.touches = new Touches(world.handovers, sink);
  }

  /** Does a step; fails if it ends in a way that is not documented. */
  void play(Step step) throws Exception {
    int times = step.op() == Op.BURST ? BURST_TIMES : 1;
    for (int i = 0; i < times; i++) {
      Held held = world.regions.get((step.slot() + i) % Step.SLOTS);
      try {
        play(step, held);
      } catch (Exception | LinkageError | InternalError e) {
        if (!Documented.allows(step, held, e)) {
          throw e;
        }
      }
    }
  }

  private void play(Step step, Held held) throws Exception {
    switch (step.op()) {
      case MAP -> maps.anonymous(step);
      case MAP_FILE -> maps.file(step);
      case MAP_SURVIVING -> maps.surviving(step);
      case TRUNCATE -> files.truncate(step);
      case OPEN_ARENA -> maps.openArena(step);
      case CLOSE_ARENA -> maps.closeArena(step);
      case LEND -> maps.lend(step);
      case RETAIN -> maps.retain(step);
      case OPEN_FILE -> files.open(step);
      case FILE -> files.call(step);
      case RESIZE_FILE -> files.resize(step);
      case CLOSE_FILE -> files.close(step);
      case WRAP -> calls.wrap(step);
      case UNPIN -> calls.unpin(step);
      case CANARY -> changes.canary(step);
      case TOUCH -> touch(step);
      default -> {
        if (held != null) {
          playWith(step, held);
        }
      }
    }
  }

  private void touch(Step step) throws Exception {
    Held.View view = world.view(step.pick());
    if (view != null) {
      touches.touch(view, step);
    }
  }

  private void playWith(Step step, Held held) throws Exception {
    switch (step.op()) {
      case PROTECT, RESIZE, SPLIT, JOIN, SEAL, CLOSE ->
          world.handovers.without(() -> changes.change(step, held));
      case PIN -> calls.pin(step, held);
      case SEAL_PART -> calls.sealPart(step, held);
      default -> {
        if (held.lineage().kind == Held.Kind.WRAP) { // native code, for the wrapped region
          world.handovers.during(() -> calls.call(step, held));
        } else {
          calls.call(step, held);
        }
      }
    }
  }
}
