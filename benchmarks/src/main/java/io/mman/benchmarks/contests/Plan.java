package io.mman.benchmarks.contests;

import io.mman.benchmarks.measure.Contest;
import io.mman.benchmarks.measure.Turns;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Holds how thoroughly to measure, and the turns measured so far. */
public final class Plan {
  private final Pattern wanted = Pattern.compile(System.getProperty("contests", ""));
  private final Duration budget;
  private final List<Turns> turns = new ArrayList<>();

  /** Whether to measure the full set, which has larger sizes. */
  final boolean full;

  Plan(boolean full, Duration budget) {
    this.full = full;
    this.budget = budget;
  }

  /** Returns the first value for the quick set, and the second for the full set. */
  <T> T choose(T quick, T thorough) {
    return full ? thorough : quick;
  }

  /** Returns the folder for files on a disk. */
  Path disk() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** Runs a contest, stores its turns and prints medians, if its name was asked for. */
  void run(Contest contest) {
    if (!wanted.matcher(contest.toString()).find()) {
      return;
    }
    Turns done = contest.run(budget);
    turns.add(done);
    System.out.println(Progress.of(done));
  }

  List<Turns> turns() {
    return turns;
  }
}
