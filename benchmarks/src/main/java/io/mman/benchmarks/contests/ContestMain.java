package io.mman.benchmarks.contests;

import com.google.gson.Gson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Runs the contests of a section in this JVM. The arguments are the section, {@code quick} or
 * {@code full}, the milliseconds per contest, and the file for the turns.
 */
public final class ContestMain {
  private ContestMain() {}

  public static void main(String... arguments) throws Exception {
    boolean full = arguments[1].equals("full");
    Plan plan = new Plan(full, Duration.ofMillis(Long.parseLong(arguments[2])));
    switch (arguments[0]) {
      case "faults" -> FaultContests.run(plan);
      case "calls" -> CallContests.run(plan);
      case "lifetimes" -> LifetimeContests.run(plan);
      case "reading" -> ReadingContests.run(plan);
      case "sync" -> SyncContests.run(plan);
      case "prefetch" -> ColdPageContests.run(plan);
      case "survival" -> SurvivalContests.run(plan);
      default -> throw new IllegalArgumentException("unknown section " + arguments[0]);
    }
    Files.writeString(Path.of(arguments[3]), new Gson().toJson(plan.turns()));
    // Threads of a peer would keep the process alive.
    System.exit(0);
  }
}
