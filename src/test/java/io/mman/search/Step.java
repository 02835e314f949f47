package io.mman.search;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One call of a sequence: what it does and the numbers its arguments are made of. It depends on
 * nothing but the seed of the sequence and its place in it, so that some can be left out.
 *
 * @param number its place in the sequence
 * @param thread which of the threads does it
 * @param op what is done
 * @param slot which region, file or arena it is done with
 * @param other which other one
 * @param from an offset, at times one that no region has
 * @param length a length, at times one that no region has
 * @param pick chooses all other details
 */
public record Step(
    int number, int thread, Op op, int slot, int other, long from, long length, int pick) {
  static final int THREADS = 3;
  static final int SLOTS = 6;
  static final long PAGE = 4096;

  private static final int STORM_STEPS = 90;
  private static final int MODEL_STEPS = 60;
  private static final long[] WILD = {
    -1,
    -4096,
    Long.MIN_VALUE,
    Long.MAX_VALUE,
    Long.MAX_VALUE - 4095,
    Long.MAX_VALUE - (64L << 30),
    1L << 62,
    1L << 47 // one more would be the whole address space
  };
  private static final long[] IN_PAGE = {0, 0, 0, 0, 1, -1, 99, 2048};

  /** Odd seeds are for many threads, even ones for one thread beside a model. */
  static boolean isStorm(long seed) {
    return (seed & 1) == 1;
  }

  /** Every fourth sequence may leave sealed pages and regions of the global arena. */
  static boolean mayLeavePages(long seed) {
    return (seed >> 1 & 3) == 0;
  }

  /**
   * Every fourth block of sixteen seeds maps only the file that is truncated, and joins more often.
   */
  static boolean survives(long seed) {
    return (seed >> 4 & 3) == 1;
  }

  /** All steps of a seed. */
  static List<Step> all(long seed) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < (isStorm(seed) ? STORM_STEPS : MODEL_STEPS); i++) {
      steps.add(of(seed, i));
    }
    return steps;
  }

  /** Some steps of a seed: their numbers with commas between them, or {@code all}. */
  static List<Step> some(long seed, String numbers) {
    if (numbers.equals("all")) {
      return all(seed);
    }
    return Stream.of(numbers.split(",")).map(n -> of(seed, Integer.parseInt(n))).toList();
  }

  static String numbers(List<Step> steps) {
    return steps.stream().map(s -> Integer.toString(s.number)).collect(Collectors.joining(","));
  }

  private static Step of(long seed, int number) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + number);
    Op op = Op.random(random, isStorm(seed));
    if (op.isForEver() && !mayLeavePages(seed)) {
      op = Op.PROTECT;
    }
    if (survives(seed) && isStorm(seed)) {
      op =
          switch (op) {
            case MAP, MAP_FILE, LEND -> Op.MAP_SURVIVING;
            case OPEN_FILE, FILE, RESIZE_FILE, CLOSE_FILE -> Op.SPLIT;
            case BURST, WRAP, STATS -> Op.JOIN;
            default -> op;
          };
    }
    return new Step(
        number,
        random.nextInt(THREADS),
        op,
        random.nextInt(SLOTS),
        random.nextInt(SLOTS),
        place(random),
        place(random),
        random.nextInt(1 << 24));
  }

  /** A number of bytes near the start of a page, or, once in sixteen times, any number. */
  private static long place(SplittableRandom random) {
    long near = random.nextInt(9) * PAGE + IN_PAGE[random.nextInt(IN_PAGE.length)];
    long wild = WILD[random.nextInt(WILD.length)];
    return random.nextInt(16) == 0 ? wild : Math.max(0, near);
  }

  /** Returns whether no region has such a range. */
  boolean isWildRange() {
    return isWild(from) || isWild(length);
  }

  public static boolean isWild(long value) {
    return value < 0 || value > 1L << 40;
  }

  /** Chooses one of some, by the bits of {@link #pick} from one on. */
  @SafeVarargs
  final <T> T choose(int bit, T... choices) {
    return choices[(pick >> bit) % choices.length];
  }

  /** Returns true once in so many times, a power of two, by the bits from one on. */
  boolean once(int bit, int times) {
    return (pick >> bit & (times - 1)) == 0;
  }

  @Override
  public String toString() {
    return "%d thread %d: %s slot=%d other=%d from=%d length=%d pick=%d"
        .formatted(number, thread, op, slot, other, from, length, pick);
  }
}
