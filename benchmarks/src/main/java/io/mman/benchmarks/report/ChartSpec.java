package io.mman.benchmarks.report;

import io.mman.benchmarks.measure.Measurement;

/**
 * A chart of the report.
 *
 * @param id the file name without its extension
 * @param source the chart of the measurements shown
 * @param figure which figure of the measurements is shown
 * @param shape how the figures are drawn
 * @param title the title above the chart
 * @param axis the label of a line chart's x axis; empty for other charts
 */
record ChartSpec(String id, String source, Figure figure, Shape shape, String title, String axis) {

  /** The figure of a measurement that a chart shows. */
  enum Figure {
    TIME,
    RATIO
  }

  /** How a chart shows its figures. */
  enum Shape {
    /** One line per row, with a dot for each series. */
    DOTS,
    /** Like {@code DOTS}, with rows and series exchanged. */
    TURNED_DOTS,
    /** Lines over numbers. */
    LINES,
    /** Lines over numbers of bytes. */
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

  /** Returns the figure and its bounds, or null if it was not measured. */
  double[] valueOf(Measurement m) {
    return switch (figure) {
      case TIME -> new double[] {m.nanos, m.low, m.high};
      case RATIO -> m.ratio == null ? null : new double[] {m.ratio, m.ratioLow, m.ratioHigh};
    };
  }
}
