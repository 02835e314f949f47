package io.mman.model;

import io.mman.Advice;
import io.mman.LockFlag;
import io.mman.MappedRegion;
import io.mman.Protection;
import io.mman.search.Step;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Does the steps of a search with one thread, beside a model that knows every byte. */
public final class ModelGame {
  private static final long PAGE = 4096;
  private static final int FILE_BYTES = 6 * ModelRegion.PAGE + 99;

  private ModelGame() {}

  /** Does some steps, with regions of a file or of memory depending on the seed. */
  public static void play(long seed, List<Step> steps) {
    RegionWorld world = new RegionWorld((seed & 2) == 0 ? FILE_BYTES : 0);
    for (Step step : steps) {
      try {
        play(world, step);
        world.check();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(step + ": " + e, e);
      }
    }
    world.close();
  }

  private static void play(RegionWorld world, Step step) {
    int from = tame(step.from());
    int length = tame(step.length());
    switch (step.op()) {
      case MAP -> map(world, step, from, length);
      case TOUCH -> world.write(step.slot(), step.other(), from, length, value(step));
      case READ -> world.copy(step.slot(), from, length, value(step));
      case RESIZE -> {
        if (step.pick() % 3 == 0) {
          world.extend(step.slot(), length);
        } else {
          world.resize(step.slot(), length);
        }
      }
      case SPLIT -> world.split(step.slot(), from);
      case JOIN -> world.join(step.slot(), step.other());
      case PROTECT -> world.protect(step.slot(), protection(step));
      case ADVISE -> world.advise(step.slot(), advice(step), from, length);
      case POPULATE -> world.touch(step.slot(), from, length, step.pick() % 2 == 0);
      case PIN -> world.pin(step.slot());
      case UNPIN -> world.unpinAll();
      case CLOSE -> world.close(step.slot());
      case OPEN_FILE -> world.reopenFile();
      case RESIZE_FILE -> world.resizeFile(length);
      case REFUSED -> refused(world, step);
      default -> throw new AssertionError(step);
    }
  }

  /** The model has no ranges that a region can never have; {@link #refused} is for these. */
  private static int tame(long value) {
    return (int) Math.floorMod(value, 9 * PAGE);
  }

  private static byte value(Step step) {
    return (byte) (1 + step.pick() % 100);
  }

  private static Protection protection(Step step) {
    return step.pick() % 4 < 2
        ? Protection.READ_WRITE
        : step.pick() % 4 == 2 ? Protection.READ : Protection.NONE;
  }

  private static Advice advice(Step step) {
    Advice[] some = {
      Advice.DONTNEED, Advice.DONTNEED, Advice.DONTNEED, Advice.REMOVE, Advice.DONTFORK
    };
    return some[step.pick() % some.length];
  }

  private static void map(RegionWorld world, Step step, int from, int length) {
    int pick = step.pick();
    int reserve = pick % 2 == 0 ? -1 : length + (pick >> 4) % 4 * ModelRegion.PAGE;
    ModelShape shape =
        new ModelShape(
            (pick >> 6) % 3 == 0,
            (pick >> 8) % 2 == 0,
            (pick >> 10) % 5,
            Math.max(0, (pick >> 13) % 8 - 4),
            protection(step));
    world.map(from, length, reserve, shape);
  }

  /**
   * Makes every call with arguments that no region accepts. The caller checks that nothing changes.
   */
  private static void refused(RegionWorld world, Step step) {
    ModelRegion model = world.pick(step.slot());
    if (model == null) {
      return;
    }
    MappedRegion r = model.real;
    long wild = Step.isWild(step.from()) ? step.from() : Long.MAX_VALUE - step.from();
    MemorySegment heap = MemorySegment.ofArray(new byte[1]);
    Class<?> range = IndexOutOfBoundsException.class;
    for (long from : new long[] {wild, r.size() + 1, -1}) {
      RegionSteps.attempt(range, () -> r.sync(from, 0));
      RegionSteps.attempt(range, () -> r.advise(Advice.DONTNEED, from, 1));
      RegionSteps.attempt(range, () -> r.lock(from, wild));
      RegionSteps.attempt(range, () -> r.unlock(from, 0));
      RegionSteps.attempt(range, () -> r.populate(from, wild));
      RegionSteps.attempt(range, () -> r.residency(from, 1));
      RegionSteps.attempt(range, () -> r.isResident(from, 0));
      RegionSteps.attempt(range, () -> r.residentPages(from, wild));
      RegionSteps.attempt(range, () -> r.read(from, heap));
      RegionSteps.attempt(range, () -> r.write(from, heap));
      RegionSteps.attempt(range, () -> r.split(from));
    }
    for (long length : new long[] {wild, -1, Long.MIN_VALUE, r.size() + 1}) {
      RegionSteps.attempt(range, () -> r.sync(0, length));
      RegionSteps.attempt(range, () -> r.advise(Advice.REMOVE, 0, length));
      RegionSteps.attempt(range, () -> r.advise(Advice.RANDOM, r.size(), length));
      RegionSteps.attempt(range, () -> r.lock(0, length, LockFlag.ONFAULT));
      RegionSteps.attempt(range, () -> r.populate(0, length));
      RegionSteps.attempt(range, () -> r.residentPages(r.size(), length));
    }
    Class<?> argument = IllegalArgumentException.class;
    RegionSteps.attempt(argument, () -> r.resize(-1));
    RegionSteps.attempt(argument, () -> r.resize(Long.MAX_VALUE));
    RegionSteps.attempt(argument, () -> r.extend(-1));
    RegionSteps.attempt(argument, () -> r.extend(Long.MAX_VALUE));
    RegionSteps.attempt(argument, () -> r.advise(Advice.GUARD_INSTALL));
    RegionSteps.attempt(argument, () -> r.join(r));
  }
}
