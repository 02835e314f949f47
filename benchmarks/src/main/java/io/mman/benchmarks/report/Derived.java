package io.mman.benchmarks.report;

import io.mman.benchmarks.measure.Measurement;
import io.mman.benchmarks.measure.Results;
import java.util.ArrayList;
import java.util.List;

/** Figures that are computed from the measurements, in the form of further measurements. */
final class Derived {
  /** How many nanoseconds longer a call takes than in C. */
  static final String BEYOND_C = "calls-beyond-c";

  /** How many nanoseconds longer a mapping takes if it survives bus errors. */
  static final String BEYOND_PLAIN = "survival-map-beyond-plain";

  /** How many times faster than FileChannel.map mman does a job. */
  static final String WHY = "why";

  private static final List<String[]> JOBS =
      List.of(
          job("32 random pages from disk: prefetch", "prefetch-cold | 32 pages | prefetch"),
          job("1000 random pages from disk: prefetch", "prefetch-cold | 1000 pages | prefetch"),
          job("one page after the other: advise(RANDOM)", "reading-random | cold | mman, RANDOM"),
          job("grow a log by 1 MiB: reserve, resize", "lifetimes-grow | @ | mman"),
          job("map and close, confined", "lifetimes-map | confined | mman"),
          job("map and close, shared", "lifetimes-map | shared | mman"),
          job("scan a file that is in memory", "reading-sequential | cached | mman"),
          job("start a JVM that maps once", "start-wall | plain | mman"));

  private static final List<String> RIVALS =
      List.of("FileChannel.map", "FileChannel.map, whole file", "MappedByteBuffer");

  private Derived() {}

  private static String[] job(String name, String figure) {
    return (name + " | " + figure).split(" \\| ");
  }

  /** Returns the measurements that are computed from the results. */
  static List<Measurement> of(List<Results> results) {
    List<Measurement> derived = new ArrayList<>();
    derived.addAll(beyond(measured(results, "calls"), "C", BEYOND_C));
    derived.addAll(beyond(measured(results, "survival-map"), "plain", BEYOND_PLAIN));
    for (String[] job : JOBS) {
      List<Measurement> row =
          measured(results, job[1]).stream()
              .filter(m -> job[2].equals("@") || m.row.equals(job[2]))
              .toList();
      for (Measurement mman : row.stream().filter(m -> m.series.equals(job[3])).toList()) {
        RIVALS.stream()
            .flatMap(rival -> row.stream().filter(m -> m.series.equals(rival)))
            .findFirst()
            .ifPresent(rival -> derived.add(speed(job[0], Comparison.of(mman, rival))));
      }
    }
    return derived;
  }

  private static List<Measurement> measured(List<Results> results, String chart) {
    return results.stream()
        .flatMap(r -> r.measurements.stream())
        .filter(m -> m.chart.equals(chart))
        .toList();
  }

  private static Measurement speed(String job, Comparison times) {
    Measurement m = new Measurement();
    m.chart = WHY;
    m.row = job;
    m.series = "mman";
    m.unit = "job";
    m.nanos = 1 / times.ratio();
    m.low = 1 / times.high();
    m.high = 1 / times.low();
    return m;
  }

  /**
   * Subtracts the time of one series from that of the others. A row named {@code a + b} makes two
   * calls; the difference is that of one call. The ratios of turns of the same round are used, as
   * they depend less on the machine's changes than the medians do.
   */
  static List<Measurement> beyond(List<Measurement> measured, String base, String chart) {
    List<Measurement> differences = new ArrayList<>();
    for (Measurement m : measured) {
      measured.stream()
          .filter(b -> b.row.equals(m.row) && b.series.equals(base) && b != m)
          .filter(b -> b.ratio != null && (m.ratio != null || m.series.equals(b.hero)))
          .forEach(b -> differences.add(difference(m, b, measured, chart)));
    }
    return differences;
  }

  private static Measurement difference(
      Measurement m, Measurement base, List<Measurement> measured, String chart) {
    Measurement hero =
        measured.stream()
            .filter(h -> h.row.equals(m.row) && h.series.equals(base.hero))
            .findFirst()
            .orElseThrow();
    double calls = m.row.split(" \\+ ").length;
    double time = hero.nanos / calls;
    boolean self = m == hero;
    Measurement d = new Measurement();
    d.chart = chart;
    d.row = m.row;
    d.series = m.series;
    d.unit = m.unit;
    d.nanos = time * ((self ? 1 : 1 / m.ratio) - 1 / base.ratio);
    d.low = time * ((self ? 1 : 1 / m.ratioHigh) - 1 / base.ratioLow);
    d.high = time * ((self ? 1 : 1 / m.ratioLow) - 1 / base.ratioHigh);
    return d;
  }
}
