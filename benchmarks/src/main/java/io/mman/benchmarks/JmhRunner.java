package io.mman.benchmarks;

import io.mman.benchmarks.contests.Backing;
import io.mman.benchmarks.measure.FaultProfiler;
import io.mman.benchmarks.measure.Measurement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The benchmarks of JMH that a section has. */
final class JmhRunner {
  private static final String FACADE =
      ".(madvise|msync|mprotect|mlockAndMunlock|mincore|mmapAndMunmap)$";

  private static final int TOUCHES = 6;

  /** What the names of methods end with. */
  private static final Map<String, String> WAYS =
      Map.of(
          "InC",
          "C",
          "inC",
          "C",
          "Bare",
          "bare FFM handle",
          "Jna",
          "JNA",
          "OpenHft",
          "OpenHFT Posix",
          "",
          "mman");

  private JmhRunner() {}

  static List<Measurement> run(String section, Effort effort) throws RunnerException {
    return switch (section) {
      case "faults" ->
          run(
              effort,
              options(effort, "FirstTouchBenchmark")
                  .addProfiler(FaultProfiler.class)
                  // single shots: enough of them for the loops to be compiled
                  .warmupIterations(TOUCHES)
                  .measurementIterations(TOUCHES)
                  .param("bytes", effort == Effort.FULL ? "268435456" : "67108864")
                  .param("preparation", "NOTHING"));
      case "calls" ->
          run(
              effort,
              options(effort, "CallsBenchmark" + (effort == Effort.FULL ? "" : FACADE))
                  .addProfiler(GCProfiler.class));
      case "lifetimes" ->
          effort == Effort.FULL
              ? run(effort, options(effort, "(Map|Grow|Events)Benchmark"))
              : List.of();
      default -> List.of();
    };
  }

  private static ChainedOptionsBuilder options(Effort effort, String include) {
    TimeValue time = TimeValue.milliseconds(effort.iterationMillis);
    return new OptionsBuilder()
        .include("io.mman.benchmarks." + include)
        .forks(effort.forks)
        .warmupIterations(effort.iterations)
        .measurementIterations(effort.iterations)
        .warmupTime(time)
        .measurementTime(time)
        .shouldFailOnError(true)
        .jvmArgsAppend(
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow")
        .verbosity(VerboseMode.SILENT);
  }

  private static List<Measurement> run(Effort effort, ChainedOptionsBuilder options)
      throws RunnerException {
    System.out.println(" JMH, " + effort.forks + " JVMs for each benchmark");
    Collection<RunResult> results = new Runner(options.build()).run();
    List<Measurement> measurements = new ArrayList<>();
    for (RunResult result : results) {
      measurements.add(measurement(result));
      Measurement last = measurements.getLast();
      System.out.printf("  %s, %s, %s: %.1f ns%n", last.chart, last.row, last.series, last.nanos);
    }
    return measurements;
  }

  private static Measurement measurement(RunResult run) {
    BenchmarkParams benchmark = run.getParams();
    Result<?> time = run.getPrimaryResult();
    String bytes = benchmark.getParam("bytes");
    boolean pages = benchmark.getMode() == Mode.SingleShotTime && bytes != null;
    double units = pages ? Long.parseLong(bytes) / 4096.0 : 1;
    double nanos = benchmark.getTimeUnit().toNanos(1) / units;
    Measurement measured = new Measurement();
    String[] name = benchmark.getBenchmark().split("\\.");
    measured.chart = "jmh-" + name[name.length - 2].replace("Benchmark", "");
    String method = name[name.length - 1];
    String way =
        WAYS.keySet().stream()
            .filter(w -> !w.isEmpty() && method.endsWith(w))
            .findFirst()
            .orElse("");
    String job = method.substring(0, method.length() - way.length());
    List<String> row = parameters(benchmark);
    if (measured.chart.equals("jmh-Calls") || measured.chart.equals("jmh-FirstTouch")) {
      measured.series = WAYS.get(way);
      if (!job.equals("mman") && !job.isEmpty()) {
        row.addFirst(job);
      }
    } else {
      measured.series = method;
    }
    measured.row = String.join(", ", row);
    measured.unit = pages ? "page" : "operation";
    measured.nanos = time.getScore() * nanos;
    double[] interval = time.getStatistics().getConfidenceIntervalAt(0.95);
    measured.low = orElse(interval[0] * nanos, measured.nanos);
    measured.high = orElse(interval[1] * nanos, measured.nanos);
    measured.turns = (int) time.getSampleCount();
    measured.minorFaults = secondary(run, FaultProfiler.MINOR, units);
    measured.majorFaults = secondary(run, FaultProfiler.MAJOR, units);
    measured.allocated = secondary(run, "gc.alloc.rate.norm", units);
    return measured;
  }

  private static double orElse(double bound, double value) {
    return Double.isFinite(bound) ? Math.max(0, bound) : value;
  }

  private static List<String> parameters(BenchmarkParams benchmark) {
    List<String> values = new ArrayList<>();
    for (String key : benchmark.getParamsKeys()) {
      String value = benchmark.getParam(key);
      switch (key) {
        case "backing" -> values.addFirst(Backing.valueOf(value).toString());
        case "bytes" -> {
          // where the time is that of a page, the text has the size
          if (benchmark.getMode() != Mode.SingleShotTime) {
            values.add(value + " bytes");
          }
        }
        case "preparation" -> {
          if (!value.equals("NOTHING")) {
            values.add(value);
          }
        }
        default -> values.add(value);
      }
    }
    return values;
  }

  private static Double secondary(RunResult run, String name, double units) {
    Result<?> result = run.getSecondaryResults().get(name);
    return result == null ? null : result.getScore() / units;
  }
}
