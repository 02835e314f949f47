package io.mman.benchmarks;

import io.mman.benchmarks.measure.Machine;
import io.mman.benchmarks.measure.Measurement;
import io.mman.benchmarks.measure.Results;
import io.mman.benchmarks.measure.Turns;
import io.mman.benchmarks.report.Report;
import io.mman.benchmarks.start.ColdStart;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures a set of benchmarks, section by section, and writes the report. The arguments are the
 * project's folder; {@code quick}, {@code full} or {@code smoke}; and {@code all} or the names of
 * sections, separated by commas.
 */
public final class Suite {
  private static final List<String> SECTIONS =
      List.of("faults", "calls", "lifetimes", "reading", "sync", "survival", "start", "prefetch");

  private Suite() {}

  public static void main(String... arguments) throws Exception {
    Effort effort = Effort.valueOf(arguments[1].toUpperCase(Locale.ROOT));
    Path project = Path.of(arguments[0]);
    if (effort == Effort.SMOKE) {
      project = project.resolve("target").resolve("smoke");
    }
    String wanted = arguments[2];
    List<String> sections = wanted.equals("all") ? SECTIONS : List.of(wanted.split(","));
    if (!SECTIONS.containsAll(sections)) {
      throw new IllegalArgumentException("unknown section; the sections are " + SECTIONS);
    }
    long start = System.nanoTime();
    List<String> failed = new ArrayList<>();
    for (String section : sections) {
      System.out.printf("== %s, after %d s%n", section, seconds(start));
      try {
        measure(section, effort, wanted).save(project.resolve("results"));
      } catch (Exception e) {
        // The results of the other sections are still useful.
        e.printStackTrace();
        failed.add(section);
      }
    }
    System.out.printf("== measured in %d s%n", seconds(start));
    Report.main(project.toString());
    if (!failed.isEmpty()) {
      throw new IllegalStateException("these sections failed: " + failed);
    }
  }

  private static long seconds(long start) {
    return (System.nanoTime() - start) / 1_000_000_000;
  }

  private static Results measure(String section, Effort effort, String wanted) throws Exception {
    Results results = new Results();
    results.section = section;
    results.set = effort.label();
    results.command =
        "mvn -q -f benchmarks/reactor.xml -DskipTests package -Dbenchmarks="
            + effort.label()
            + (wanted.equals("all") ? "" : " -Dsections=" + wanted);
    results.started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    results.machine = Machine.here();
    long start = System.nanoTime();
    List<Turns> turns = new ArrayList<>();
    if (section.equals("start")) {
      turns.addAll(ColdStart.run(effort));
    } else {
      turns.addAll(ContestRunner.run(section, effort));
    }
    for (Turns contest : turns) {
      results.measurements.addAll(contest.summary());
      results.leftOut.addAll(contest.leftOut());
    }
    List<Measurement> byJmh = JmhRunner.run(section, effort);
    results.measurements.addAll(byJmh);
    results.seconds = seconds(start);
    return results;
  }
}
