package io.mman.faults;

import io.mman.MapFlag;
import io.mman.Mman;
import io.mman.Protection;
import io.mman.testing.TracedThread;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A JVM in which every system call of every scenario fails once: each call for the first, second
 * and last time that a scenario makes it, and for the time in the middle, with each error of {@link
 * FaultPlan}. Each scenario has a thread of its own, so that one strace fails the call in all that
 * make it.
 */
final class FaultProgram {
  /** Until the JVM has loaded and opened what it needs. */
  private static final int REHEARSALS = 6;

  private static Path folder;

  private final Map<FaultScenario, TracedThread> threads = new LinkedHashMap<>();
  private final TracedThread spare = new TracedThread();

  /** How often each scenario makes each call. */
  private final Map<FaultScenario, Map<FaultPlan, Integer>> counts = new HashMap<>();

  private FaultProgram(List<FaultScenario> scenarios) throws Exception {
    for (FaultScenario scenario : scenarios) {
      threads.put(scenario, new TracedThread());
    }
  }

  /**
   * Takes a folder, and names of scenarios. Without names, all of them run but those that commit,
   * which wait for the medium.
   */
  public static void main(String... arguments) throws Exception {
    folder = Path.of(arguments[0]);
    List<String> names = List.of(arguments).subList(1, arguments.length);
    List<FaultScenario> scenarios =
        Stream.of(
                FileFaults.all(),
                MappingFaults.all(),
                MirrorFaults.all(),
                RegionFaults.all(),
                SurvivalFaults.all(),
                HandoverFaults.all(),
                LockFaults.all(),
                TrackingFaults.all(),
                StagedFaults.all(),
                ProcessFaults.all())
            .flatMap(List::stream)
            .filter(scenario -> names.isEmpty() || names.contains(scenario.name()))
            .filter(scenario -> !names.isEmpty() || !StagedFaults.names().contains(scenario.name()))
            .toList();
    FaultProgram program = new FaultProgram(scenarios);
    keepReserve();
    program.rehearse();
    for (FaultPlan call : FaultPlan.values()) {
      program.fail(call);
    }
    System.exit(0); // even if threads still run
  }

  /** After so many calls the library keeps map areas in reserve, which takes calls of its own. */
  private static void keepReserve() {
    Set<MapFlag> flags = EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS);
    for (int i = 0; i < 1000; i++) {
      long page = Mman.pageSize();
      Mman.munmap(Mman.mmap(MemorySegment.NULL, page, Protection.NONE, flags, -1, 0));
    }
  }

  /** Returns the folder in which each scenario has one of its own. */
  static Path folder() {
    return folder;
  }

  /** Only calls in every rehearsal belong to the scenario: the JVM sometimes maps memory. */
  private void rehearse() throws Exception {
    for (int i = 0; i < REHEARSALS; i++) {
      boolean isFirst = i < REHEARSALS / 2; // it still loads and opens what it needs
      new FaultRound(threads)
          .rehearse(spare)
          .forEach(
              (scenario, lines) -> {
                Map<FaultPlan, Integer> count = count(lines);
                Map<FaultPlan, Integer> before = counts.put(scenario, count);
                if (before != null && !isFirst) {
                  count.replaceAll((call, n) -> Math.min(n, before.getOrDefault(call, 0)));
                }
              });
    }
  }

  private static Map<FaultPlan, Integer> count(List<String> lines) {
    Map<FaultPlan, Integer> count = new HashMap<>();
    for (String line : lines) {
      if (!line.startsWith("syscall_")) { // whose name strace lacks
        count.merge(FaultPlan.of(line.substring(0, line.indexOf('('))), 1, Integer::sum);
      }
    }
    return count;
  }

  private void fail(FaultPlan call) throws Exception {
    TreeSet<Integer> times = new TreeSet<>();
    for (FaultScenario scenario : threads.keySet()) {
      times.addAll(failing(call, scenario));
    }
    for (int when : times) {
      Map<FaultScenario, TracedThread> affected = new LinkedHashMap<>(threads);
      affected.keySet().removeIf(scenario -> !failing(call, scenario).contains(when));
      for (String errno : call.errors()) {
        new FaultRound(affected).fail(call, errno, when, spare).forEach(System.out::println);
      }
    }
    if (!times.isEmpty() || call.isElsewhere()) {
      System.out.println(call + " failed");
    }
  }

  /** Returns which of the calls that a scenario makes fail, one at a time. */
  private Set<Integer> failing(FaultPlan call, FaultScenario scenario) {
    int last = timesOf(call, scenario);
    Set<Integer> times = new TreeSet<>(List.of(1, 2, (last + 1) / 2, last));
    times.removeIf(when -> when < 1 || when > last);
    return times;
  }

  private int timesOf(FaultPlan call, FaultScenario scenario) {
    return counts.get(scenario).getOrDefault(call, 0);
  }
}
