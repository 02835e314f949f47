package io.mman.benchmarks.contests;

import io.mman.benchmarks.measure.Contest;
import io.mman.benchmarks.measure.Turns;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** How thoroughly to measure, and what has been measured so far. */
public final class Plan {
  private final Pattern wanted = Pattern.compile(System.getProperty("contests", ""));
  private final Duration budget;
  private final List<Turns> turns = new ArrayList<>();

  /** Whether this is the full set, which has larger sizes. */
  final boolean full;

  Plan(boolean full, Duration budget) {
    this.full = full;
    this.budget = budget;
  }

  /** Picks what the set wants. */
  <T> T choose(T quick, T thorough) {
    return full ? thorough : quick;
  }

  /** Where files on a disk go. */
  Path disk() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** Runs a contest, keeps its turns and says how it went; not if its name was not asked for. */
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
