package io.mman.benchmarks.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * All turns of a contest. Every series took one turn in each round. The figures are per unit, such
 * as a call or a page.
 *
 * @param chart the chart that shows the results
 * @param row the case that was measured
 * @param x the x coordinate in a line chart, or 0
 * @param unit the unit of the figures: "page" means nanoseconds per page
 * @param hero the series that the others are compared with
 * @param leftOut the series that could not run, each with the reason
 */
public record Turns(
    String chart,
    String row,
    double x,
    String unit,
    String hero,
    List<Series> series,
    List<String> leftOut) {

  /** The turns of one implementation. */
  public record Series(
      String name, double[] nanos, double[] minorFaults, double[] majorFaults, double[] allocated) {
    private Series and(Series other) {
      return new Series(
          name,
          concat(nanos, other.nanos),
          concat(minorFaults, other.minorFaults),
          concat(majorFaults, other.majorFaults),
          concat(allocated, other.allocated));
    }

    private static double[] concat(double[] a, double[] b) {
      double[] both = Arrays.copyOf(a, a.length + b.length);
      System.arraycopy(b, 0, both, a.length, b.length);
      return both;
    }
  }

  /** Joins the turns that the same contests took in several JVMs. */
  public static List<Turns> join(List<Turns> all) {
    TreeMap<Integer, Turns> joined = new TreeMap<>();
    List<String> order = new ArrayList<>();
    for (Turns turns : all) {
      String key = turns.chart + "\n" + turns.row;
      if (!order.contains(key)) {
        order.add(key);
      }
      joined.merge(order.indexOf(key), turns, Turns::and);
    }
    return List.copyOf(joined.values());
  }

  private Turns and(Turns other) {
    List<Series> both = new ArrayList<>();
    for (Series mine : series) {
      other.series.stream()
          .filter(theirs -> theirs.name.equals(mine.name))
          .forEach(theirs -> both.add(mine.and(theirs)));
    }
    return new Turns(chart, row, x, unit, hero, both, leftOut);
  }

  /** Summarizes the turns in one measurement per series. */
  public List<Measurement> summary() {
    double[] heroes =
        series.stream()
            .filter(s -> s.name.equals(hero))
            .map(Series::nanos)
            .findFirst()
            .orElse(new double[0]);
    return series.stream().map(s -> summary(s, heroes)).toList();
  }

  private Measurement summary(Series s, double[] heroes) {
    Statistics.Estimate time = Statistics.estimate(s.nanos);
    Measurement measured = new Measurement();
    measured.chart = chart;
    measured.row = row;
    measured.x = x;
    measured.series = s.name;
    measured.unit = unit;
    measured.nanos = time.value();
    measured.low = time.low();
    measured.high = time.high();
    measured.p99 = s.nanos.length < 100 ? null : (Double) Statistics.percentile(s.nanos, 0.99);
    measured.turns = s.nanos.length;
    measured.minorFaults = medianOrNull(s.minorFaults);
    measured.majorFaults = medianOrNull(s.majorFaults);
    measured.allocated = medianOrNull(s.allocated);
    if (heroes.length > 0 && !s.name.equals(hero)) {
      Statistics.Estimate ratio = Statistics.estimate(Statistics.ratios(heroes, s.nanos));
      measured.hero = hero;
      measured.ratio = ratio.value();
      measured.ratioLow = ratio.low();
      measured.ratioHigh = ratio.high();
    }
    return measured;
  }

  private static Double medianOrNull(double[] values) {
    return values.length == 0 ? null : (Double) Statistics.median(values);
  }
}
