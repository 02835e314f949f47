package io.mman.faults;

import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.testing.Injection;
import io.mman.testing.OpenFiles;
import io.mman.testing.ProcMaps;
import io.mman.testing.TracedThread;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Some scenarios, each on its thread, in all of which the same call fails. */
final class FaultRound {
  /**
   * Address space that the JVM may need meanwhile: up to 136 KiB was seen without C2, and 12 MiB
   * with it. If munmap fails, a guard stays mapped, too.
   */
  private static final long SPARE = FaultScenario.BYTES / 8;

  private static final String INJECTED = "(INJECTED)";

  private final Map<FaultScenario, TracedThread> threads;
  private final Map<FaultScenario, FaultScenario.Attempt> attempts = new LinkedHashMap<>();
  private final Map<FaultScenario, Throwable> thrown = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();

  FaultRound(Map<FaultScenario, TracedThread> threads) {
    this.threads = threads;
  }

  /** The part between the preparation of the scenarios and their checks. */
  private interface Middle {
    void play() throws Exception;
  }

  /** Makes nothing fail, and returns the calls that each scenario makes. */
  Map<FaultScenario, List<String>> rehearse(TracedThread spare) throws Exception {
    Map<FaultScenario, List<String>> calls = new LinkedHashMap<>();
    play(
        "rehearsal",
        () -> calls.putAll(run(Injection.counting(FaultPlan.kernelNames(), looked(spare)))));
    return calls;
  }

  /**
   * Makes a call fail.
   *
   * @param when which of the calls that a scenario makes
   * @return what went wrong
   */
  List<String> fail(FaultPlan call, String errno, int when, TracedThread spare) throws Exception {
    String what = call + " " + errno + " " + when;
    long grown =
        play(
            what,
            () -> {
              Map<FaultScenario, List<String>> calls =
                  run(Injection.failing(call.kernelName(), errno, when, looked(spare)));
              for (FaultScenario scenario : threads.keySet()) {
                judge(scenario, call, errno, when, calls.get(scenario));
              }
            });
    if (grown > SPARE) {
      problems.add(what + ": " + grown + " bytes of address space leaked of " + names());
    }
    return problems;
  }

  /** Returns by how many bytes the address space has grown. */
  private long play(String what, Middle middle) throws Exception {
    TreeMap<Integer, String> files = OpenFiles.all();
    long size = ProcMaps.statusBytes("VmSize");
    for (FaultScenario scenario : threads.keySet()) {
      Path folder = Files.createDirectories(FaultProgram.folder().resolve(scenario.name()));
      FaultScenario.Preparation preparation = scenario.preparation();
      attempts.put(scenario, threads.get(scenario).call(() -> preparation.prepare(folder)));
    }
    middle.play();
    for (FaultScenario scenario : threads.keySet()) {
      check(scenario, what);
    }
    long grown = ProcMaps.statusBytes("VmSize") - size;
    if (!OpenFiles.all().equals(files)) {
      problems.add(what + ": open files were " + files + ", are " + OpenFiles.all());
    }
    return grown;
  }

  private List<String> names() {
    return threads.keySet().stream().map(FaultScenario::name).toList();
  }

  /** strace prints the numbers of threads only if there are several. */
  private List<TracedThread> looked(TracedThread spare) {
    List<TracedThread> all = new ArrayList<>(threads.values());
    all.add(spare);
    return all;
  }

  private Map<FaultScenario, List<String>> run(Injection injection) throws Exception {
    try (injection) {
      for (FaultScenario scenario : threads.keySet()) {
        FaultScenario.Attempt attempt = attempts.get(scenario);
        thrown.put(scenario, threads.get(scenario).call(() -> failureOf(attempt)));
      }
      Map<Long, List<String>> byThread = injection.end();
      Map<FaultScenario, List<String>> calls = new LinkedHashMap<>();
      threads.forEach(
          (scenario, thread) -> calls.put(scenario, byThread.getOrDefault(thread.id(), List.of())));
      return calls;
    }
  }

  private static Throwable failureOf(FaultScenario.Attempt attempt) {
    try {
      attempt.run();
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  private void judge(
      FaultScenario scenario, FaultPlan call, String errno, int when, List<String> calls)
      throws Exception {
    String what = scenario.name() + ": " + call + " " + errno + " " + when + ": ";
    List<String> failed = calls.stream().filter(line -> line.endsWith(INJECTED)).toList();
    if (failed.isEmpty() && scenario.optional().contains(call)) {
      return;
    }
    if (failed.size() != 1) {
      problems.add(what + "failed " + failed.size() + " times: " + calls);
    }
    Throwable end = thrown.get(scenario);
    FaultRule.Outcome outcome = scenario.outcome(call, errno, when);
    if (!scenario.allows(call, errno, when, end)) {
      problems.add(what + outcome + " is expected: " + (end == null ? "no exception" : end));
    }
    if (call == FaultPlan.CLOSE) {
      requireOpen(what, failed.getFirst());
    }
    if (call == FaultPlan.MUNMAP && outcome == FaultRule.Outcome.SUPPRESSES) {
      unmap(failed.getFirst()); // still mapped, as the suppressed exception says
    }
  }

  /** A call that strace fails is not made: if the descriptor is closed now, it was closed twice. */
  private void requireOpen(String what, String line) {
    int fd = Integer.parseInt(line.substring(line.indexOf('(') + 1, line.indexOf(')')));
    try {
      NativeFile.adopt(fd).close();
    } catch (MmanException e) {
      problems.add(what + "closed again: " + e);
    }
  }

  private static void unmap(String line) {
    String[] arguments = line.substring(line.indexOf('(') + 1, line.indexOf(')')).split(", ");
    MemorySegment start = MemorySegment.ofAddress(Long.decode(arguments[0]));
    Mman.munmap(start.reinterpret(Long.parseLong(arguments[1])));
  }

  private void check(FaultScenario scenario, String what) {
    FaultScenario.Attempt attempt = attempts.get(scenario);
    Throwable failure = thrown.get(scenario);
    try {
      threads
          .get(scenario)
          .call(
              () -> {
                attempt.check(failure);
                return null;
              });
    } catch (Exception e) {
      Throwable cause = e.getCause() instanceof AssertionError promise ? promise : e;
      problems.add(scenario.name() + ": " + what + ": then " + cause);
    }
  }
}
