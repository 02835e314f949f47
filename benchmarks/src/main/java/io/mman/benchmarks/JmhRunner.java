package io.mman.benchmarks;

import io.mman.benchmarks.contests.Backing;
import io.mman.benchmarks.measure.FaultProfiler;
import io.mman.benchmarks.measure.Measurement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the JMH benchmarks of a section. */
final class JmhRunner {
  private static final int TOUCHES = 6;

  private JmhRunner() {}

  static List<Measurement> run(String section, Effort effort) throws RunnerException {
    return switch (section) {
      case "faults" ->
          run(
              effort,
              options(effort, "FirstTouchBenchmark")
                  .addProfiler(FaultProfiler.class)
                  // Each iteration is a single shot; this many compile the loops.
                  .warmupIterations(TOUCHES)
                  .measurementIterations(TOUCHES)
                  .param("bytes", effort == Effort.FULL ? "268435456" : "67108864")
                  .param("preparation", "NOTHING"));
      case "lifetimes" ->
          effort == Effort.FULL ? run(effort, options(effort, "EventsBenchmark")) : List.of();
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
        .jvmArgsAppend("--enable-native-access=ALL-UNNAMED")
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
    double units = bytes == null ? 1 : Long.parseLong(bytes) / 4096.0;
    double nanos = benchmark.getTimeUnit().toNanos(1) / units;
    Measurement measured = new Measurement();
    String[] name = benchmark.getBenchmark().split("\\.");
    String method = name[name.length - 1];
    measured.chart = "jmh-" + name[name.length - 2].replace("Benchmark", "");
    measured.row = String.join(", ", parameters(benchmark));
    measured.series = method.equals("inC") ? "C" : method;
    measured.unit = bytes == null ? "operation" : "page";
    measured.nanos = time.getScore() * nanos;
    double[] interval = time.getStatistics().getConfidenceIntervalAt(0.95);
    measured.low = orElse(interval[0] * nanos, measured.nanos);
    measured.high = orElse(interval[1] * nanos, measured.nanos);
    measured.turns = (int) time.getSampleCount();
    measured.minorFaults = secondary(run, FaultProfiler.MINOR, units);
    measured.majorFaults = secondary(run, FaultProfiler.MAJOR, units);
    return measured;
  }

  private static double orElse(double bound, double value) {
    return Double.isFinite(bound) ? Math.max(0, bound) : value;
  }

  /** Returns the parameters that distinguish the rows of a chart. */
  private static List<String> parameters(BenchmarkParams benchmark) {
    List<String> values = new ArrayList<>();
    for (String key : benchmark.getParamsKeys()) {
      String value = benchmark.getParam(key);
      switch (key) {
        case "backing" -> values.addFirst(Backing.valueOf(value).toString());
        case "recorder" -> values.add(value);
        default -> {
          // The bytes and the preparation are the same in every row.
        }
      }
    }
    return values;
  }

  private static Double secondary(RunResult run, String name, double units) {
    Result<?> result = run.getSecondaryResults().get(name);
    return result == null ? null : result.getScore() / units;
  }
}
