package io.mman.benchmarks.report;

import io.mman.benchmarks.measure.Measurement;
import io.mman.benchmarks.report.ChartSpec.Named;
import java.util.ArrayList;
import java.util.List;

/**
 * A figure on a chart.
 *
 * @param row the name of the row in the chart
 * @param series the name of the series in the chart
 * @param measured the figure, its bounds and its place on the x axis
 */
record Mark(String row, String series, Measurement measured) {

  /** Selects what a chart shows of the measurements, in the order in which it shows them. */
  static List<Mark> select(ChartSpec spec, List<Measurement> measured) {
    List<Named> rows = spec.rows();
    if (rows.isEmpty()) {
      rows = measured.stream().map(m -> m.row).distinct().map(r -> new Named(r, r)).toList();
    }
    List<Mark> marks = new ArrayList<>();
    for (Named row : rows) {
      for (Named series : spec.series()) {
        measured.stream()
            .filter(m -> m.row.equals(row.source()) && m.series.equals(series.source()))
            .forEach(m -> marks.add(new Mark(row.label(), series.label(), m)));
      }
    }
    return marks;
  }

  Sign sign() {
    return Sign.of(series);
  }

  /** Returns the lower bound, or the figure if it has none. */
  double low() {
    return Math.min(measured.low, measured.nanos);
  }

  double high() {
    return Math.max(measured.high, measured.nanos);
  }
}
