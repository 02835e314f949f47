package io.mman.benchmarks.report;

import io.mman.benchmarks.measure.Measurement;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;

/** Draws a chart of measurements. */
final class Painter {
  static final int WIDTH = 860;
  private static final int FRAME = 120;
  private static final int LINE_CHART = 440;

  private final ChartSpec spec;
  private final List<Measurement> shown;
  private final List<String> rows;
  private final List<String> series;

  Painter(ChartSpec spec, List<Measurement> measured) {
    this.spec = spec;
    shown = measured.stream().filter(m -> spec.valueOf(m) != null).toList();
    rows = shown.stream().map(spec::rowOf).distinct().toList();
    series = shown.stream().map(spec::seriesOf).distinct().toList();
  }

  boolean isEmpty() {
    return shown.isEmpty();
  }

  int height() {
    if (spec.hasLines()) {
      return LINE_CHART;
    }
    int legendLines = 1 + series.stream().mapToInt(s -> s.length() + 6).sum() / 105;
    return FRAME + 20 * legendLines + rows.size() * Math.max(26, 12 + 8 * series.size());
  }

  JFreeChart paint() {
    return spec.hasLines() ? lines() : dots();
  }

  private ValueAxis values() {
    List<double[]> values = new ArrayList<>(shown.stream().map(spec::valueOf).toList());
    String unit = shown.getFirst().unit;
    return switch (spec.figure()) {
      case TIME -> Axes.times(values, unit);
      case RATIO -> Axes.ratios(values);
    };
  }

  private JFreeChart dots() {
    XYIntervalSeriesCollection data = new XYIntervalSeriesCollection();
    for (int i = 0; i < series.size(); i++) {
      XYIntervalSeries dots = new XYIntervalSeries(series.get(i));
      double offset = series.size() == 1 ? 0 : 0.64 * i / (series.size() - 1) - 0.32;
      for (Measurement m : of(series.get(i))) {
        double[] v = spec.valueOf(m);
        double y = rows.indexOf(spec.rowOf(m)) + offset;
        dots.add(v[0], v[1], v[2], y, y, y);
      }
      data.addSeries(dots);
    }
    SymbolAxis labels = new SymbolAxis("", rows.toArray(String[]::new));
    labels.setInverted(true);
    labels.setGridBandsVisible(true);
    labels.setGridBandPaint(Style.BAND);
    labels.setGridBandAlternatePaint(Color.WHITE);
    labels.setRange(-0.5, rows.size() - 0.5);
    Axes.font(labels);
    XYErrorRenderer renderer = renderer();
    renderer.setDrawYError(false);
    XYPlot plot = new XYPlot(data, values(), labels, renderer);
    if (spec.figure() == ChartSpec.Figure.RATIO) {
      ValueMarker one = new ValueMarker(1, Color.BLACK, new BasicStroke(1.5f));
      plot.addDomainMarker(one);
    }
    JFreeChart chart = Style.chart(spec.title(), plot);
    plot.setRangeGridlinesVisible(false);
    return chart;
  }

  private JFreeChart lines() {
    XYIntervalSeriesCollection data = new XYIntervalSeriesCollection();
    for (String name : series) {
      XYIntervalSeries line = new XYIntervalSeries(name);
      for (Measurement m : of(name)) {
        double[] v = spec.valueOf(m);
        line.add(m.x, m.x, m.x, v[0], v[1], v[2]);
      }
      data.addSeries(line);
    }
    double min = shown.stream().mapToDouble(m -> m.x).min().orElse(1);
    double max = shown.stream().mapToDouble(m -> m.x).max().orElse(1);
    boolean bytes = spec.shape() == ChartSpec.Shape.LINES_OVER_BYTES;
    ValueAxis numbers = Axes.factors(min, max, spec.axis(), bytes);
    XYErrorRenderer renderer = renderer();
    renderer.setDefaultLinesVisible(true);
    renderer.setDrawXError(false);
    return Style.chart(spec.title(), new XYPlot(data, numbers, values(), renderer));
  }

  private List<Measurement> of(String name) {
    return shown.stream().filter(m -> spec.seriesOf(m).equals(name)).toList();
  }

  private XYErrorRenderer renderer() {
    XYErrorRenderer renderer = new XYErrorRenderer();
    renderer.setErrorStroke(new BasicStroke(1.5f));
    int[] places = Style.places(series);
    for (int i = 0; i < places.length; i++) {
      renderer.setSeriesPaint(i, Style.color(places[i]));
      renderer.setSeriesShape(i, Style.mark(places[i]));
      renderer.setSeriesStroke(i, new BasicStroke(1.8f));
    }
    return renderer;
  }
}
