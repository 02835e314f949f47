package io.mman.benchmarks.report;

import io.mman.benchmarks.measure.Measurement;

/**
 * A chart of the report.
 *
 * @param id its file name
 * @param source the measurements it shows
 * @param figure what of them
 * @param shape how
 * @param title above it
 * @param axis what the numbers of a line chart's x axis are; empty for others
 */
record ChartSpec(String id, String source, Figure figure, Shape shape, String title, String axis) {

  /** What of a measurement is shown. */
  enum Figure {
    TIME,
    RATIO,
    FAULTS
  }

  /** How it is shown. */
  enum Shape {
    /** A line of the chart for each row, a dot in it for each series. */
    DOTS,
    /** The same with rows and series exchanged. */
    TURNED_DOTS,
    /** Lines over a number. */
    LINES,
    /** Lines over a number of bytes. */
    LINES_OVER_BYTES
  }

  boolean hasLines() {
    return shape == Shape.LINES || shape == Shape.LINES_OVER_BYTES;
  }

  String rowOf(Measurement measured) {
    return shape == Shape.TURNED_DOTS ? measured.series : measured.row;
  }

  String seriesOf(Measurement measured) {
    return shape == Shape.TURNED_DOTS ? measured.row : measured.series;
  }

  /** The figure and its bounds; null where it was not measured. */
  double[] valueOf(Measurement m) {
    return switch (figure) {
      case TIME -> new double[] {m.nanos, m.low, m.high};
      case RATIO -> m.ratio == null ? null : new double[] {m.ratio, m.ratioLow, m.ratioHigh};
      case FAULTS -> {
        if (m.minorFaults == null) {
          yield null;
        }
        double faults = m.minorFaults + m.majorFaults;
        yield new double[] {faults, faults, faults};
      }
    };
  }
}
