package io.mman.benchmarks.report;

import java.util.List;

/**
 * A chart of the report.
 *
 * @param id the file name without its extension
 * @param source the chart of the measurements shown
 * @param form how the measurements are drawn
 * @param title the finding, with placeholders for the figures
 * @param what what was measured, as a sentence without its period
 * @param rows the rows shown, in their order; empty for all
 * @param series the series shown, in their order
 * @param axis the label of a line chart's x axis; empty for other charts
 */
record ChartSpec(
    String id,
    String source,
    Form form,
    String title,
    String what,
    List<Named> rows,
    List<Named> series,
    String axis) {

  /** How a chart shows its figures. */
  enum Form {
    /** A bar from zero for each row and series, with the figure written at its end. */
    BARS,
    /** Bars to the right where mman is faster, and to the left where it is slower. */
    FACTORS,
    /** One line per row, with a mark for each series. */
    DOTS,
    /** Like the previous form, but with a logarithmic axis. */
    LOG_DOTS,
    /** Lines over numbers. */
    LINES,
    /** Lines over numbers of bytes. */
    LINES_OVER_BYTES
  }

  /** A row or series of the measurements, and its name in the chart. */
  record Named(String source, String label) {
    /** Reads {@code "source"} or {@code "source > label"}. */
    static Named of(String text) {
      String[] words = text.split(" > ", 2);
      return new Named(words[0], words[words.length - 1]);
    }
  }

  /** Returns a chart of bars. */
  static ChartSpec bars(String id, String title, String what) {
    return chart(Form.BARS, id, title, what);
  }

  /** Returns a chart of all rows of the measurements of the same name. */
  static ChartSpec chart(Form form, String id, String title, String what) {
    return chart(form, id, title, what, "");
  }

  /** Returns a line chart with a label for its x axis. */
  static ChartSpec chart(Form form, String id, String title, String what, String axis) {
    return new ChartSpec(id, id, form, title, what, List.of(), List.of(), axis);
  }

  boolean hasLines() {
    return form == Form.LINES || form == Form.LINES_OVER_BYTES;
  }

  boolean hasBars() {
    return form == Form.BARS || form == Form.FACTORS;
  }

  /** Returns this chart with only the given rows. */
  ChartSpec rows(String... shown) {
    return new ChartSpec(id, source, form, title, what, named(shown), series, axis);
  }

  /** Returns this chart with only the given series. */
  ChartSpec series(String... shown) {
    return new ChartSpec(id, source, form, title, what, rows, named(shown), axis);
  }

  /** Returns this chart with the measurements of another chart. */
  ChartSpec from(String chart) {
    return new ChartSpec(id, chart, form, title, what, rows, series, axis);
  }

  private static List<Named> named(String... texts) {
    return List.of(texts).stream().map(Named::of).toList();
  }
}
