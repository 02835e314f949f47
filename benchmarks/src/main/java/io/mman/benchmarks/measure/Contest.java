package io.mman.benchmarks.measure;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Compares several implementations of the same operation, which take short turns in one JVM. A
 * disturbance of the machine then affects all of them, and hardly changes the ratio of two turns of
 * the same round. JMH measures one after the other, so on a noisy machine it misses a difference of
 * a few percent.
 */
public final class Contest {
  private static final long TURN_NANOS = 300_000;
  private static final int WARM_CALLS = 20_000;
  private static final int MIN_ROUNDS = 3;
  private static final int MAX_ROUNDS = 1000;
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Does the work the given number of times. */
  @FunctionalInterface
  public interface Work {
    void run(int times) throws Throwable;
  }

  /** Prepares a turn; its time is not measured. */
  @FunctionalInterface
  public interface Step {
    void run() throws Throwable;
  }

  private final String chart;
  private final String row;
  private final List<Contestant> contestants = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();
  private final Random chance = new Random(1);
  private double x;
  private String unit = "call";
  private double unitsPerCall = 1;
  private boolean single;
  private String hero = "mman";

  public Contest(String chart, String row) {
    this.chart = chart;
    this.row = row;
  }

  private static final class Contestant {
    final String name;
    final Step before;
    final Work work;
    final List<double[]> turns = new ArrayList<>();

    Contestant(String name, Step before, Work work) {
      this.name = name;
      this.before = before;
      this.work = work;
    }
  }

  /** Sets the x coordinate of the results in a line chart. */
  public Contest at(double number) {
    x = number;
    return this;
  }

  /** Reports the results per unit, of which each call processes {@code aCall}. */
  public Contest per(String name, double aCall) {
    unit = name;
    unitsPerCall = aCall;
    return this;
  }

  /** Makes each turn a single call, if calls are long or need preparation. */
  public Contest single() {
    single = true;
    return this;
  }

  /** Compares the others with the given series instead of "mman". */
  public Contest hero(String name) {
    hero = name;
    return this;
  }

  public Contest add(String name, Work work) {
    return add(name, () -> {}, work);
  }

  public Contest add(String name, Step before, Work work) {
    contestants.add(new Contestant(name, before, work));
    return this;
  }

  @Override
  public String toString() {
    return chart + ", " + row;
  }

  /** Runs the contest for about this long, including the warm-up. */
  public Turns run(Duration budget) {
    long start = System.nanoTime();
    dropThoseThatFail();
    warmUp(start, budget.toNanos());
    int times = single ? 1 : calibrated();
    contestants.forEach(c -> c.turns.clear());
    long end = System.nanoTime() + budget.toNanos() * 2 / 3;
    for (int i = 0; i < MIN_ROUNDS || System.nanoTime() < end && i < MAX_ROUNDS; i++) {
      round(times);
    }
    return new Turns(
        chart, row, x, unit, hero, contestants.stream().map(this::series).toList(), leftOut);
  }

  /**
   * Warms up for a third of the budget, and longer if the JIT has not seen enough calls yet, but
   * not longer than the budget.
   */
  private void warmUp(long start, long budget) {
    int calls = single ? WARM_CALLS : 0;
    for (int i = 0; System.nanoTime() - start < budget; i++) {
      if (i > 1 && calls >= WARM_CALLS && System.nanoTime() - start > budget / 3) {
        return;
      }
      int times = 1 + i % 200;
      round(times);
      calls += single ? 0 : times;
    }
  }

  /** Removes contestants that fail, as without huge pages or if a peer lacks a call. */
  private void dropThoseThatFail() {
    for (Contestant contestant : List.copyOf(contestants)) {
      try {
        turn(contestant, 1);
      } catch (RuntimeException | LinkageError e) {
        contestants.remove(contestant);
        leftOut.add(chart + ", " + row + ": " + contestant.name + ": " + e);
      }
    }
  }

  /** Runs one turn of each in random order, so that side effects do not always hit the same one. */
  private void round(int times) {
    List<Contestant> order = new ArrayList<>(contestants);
    Collections.shuffle(order, chance);
    order.forEach(contestant -> turn(contestant, single ? 1 : times));
  }

  private int calibrated() {
    round(10);
    round(10);
    double fastest =
        contestants.stream().mapToDouble(c -> c.turns.getLast()[0]).min().orElse(TURN_NANOS);
    return (int) Math.clamp(TURN_NANOS / Math.max(1, fastest * unitsPerCall), 1, 100_000);
  }

  private void turn(Contestant contestant, int times) {
    try {
      contestant.before.run();
      Usage before = Usage.now();
      long allocated = THREADS.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      contestant.work.run(times);
      long nanos = System.nanoTime() - start;
      allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
      Usage used = Usage.now().since(before);
      double units = times * unitsPerCall;
      contestant.turns.add(
          new double[] {
            nanos / units, used.minorFaults() / units, used.majorFaults() / units, allocated / units
          });
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new IllegalStateException(contestant.name, t);
    }
  }

  private Turns.Series series(Contestant contestant) {
    return new Turns.Series(
        contestant.name,
        column(contestant, 0),
        column(contestant, 1),
        column(contestant, 2),
        column(contestant, 3));
  }

  private static double[] column(Contestant contestant, int number) {
    return contestant.turns.stream().mapToDouble(turn -> turn[number]).toArray();
  }
}
