package io.mman.benchmarks.report;

import io.mman.benchmarks.measure.Measurement;
import io.mman.benchmarks.report.ChartSpec.Form;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import org.jfree.chart.annotations.XYBoxAnnotation;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.chart.ui.Layer;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;

/** Draws bars or marks on lines below each other. */
final class RowPainter extends Painter {
  private static final int BAR_LINE = 25;
  private static final int DOT_LINE = 38;
  private static final int AXIS = 44;

  /** The part of a line's height that a bar takes. */
  private static final double BAR = 0.56;

  /** The part of a line's height that the marks on it are spread over. */
  private static final double SPREAD = 0.5;

  /** The part of the axis to the left of zero. */
  private static final double ZERO = 0.015;

  private static final int TINT = 70;
  private static final String GAP = "\u00a0\u00a0";

  private final List<Line> lines = new ArrayList<>();

  /** A line of the plot; a heading has no marks. */
  private record Line(String label, List<Mark> marks) {}

  RowPainter(ChartSpec spec, List<Mark> marks) {
    super(spec, marks);
    List<String> rows = marks.stream().map(Mark::row).distinct().toList();
    for (String row : rows) {
      List<Mark> ofRow = marks.stream().filter(m -> m.row().equals(row)).toList();
      if (spec.form() == Form.BARS) {
        if (rows.size() > 1) {
          lines.add(new Line(row, List.of()));
        }
        ofRow.forEach(m -> lines.add(new Line(m.series(), List.of(m))));
      } else {
        lines.add(new Line(row, ofRow));
      }
    }
  }

  @Override
  int plotHeight() {
    return switch (spec.form()) {
      case BARS -> lines.size() * BAR_LINE;
      case FACTORS -> lines.size() * (BAR_LINE + 3) + AXIS;
      default -> lines.size() * DOT_LINE + AXIS;
    };
  }

  @Override
  List<Key> legend() {
    return switch (spec.form()) {
      case BARS -> List.of(); // each bar has its name beside it
      case FACTORS ->
          List.of(new Key(Sign.MMAN.begin, Sign.MMAN), new Key(Sign.MAP.begin, Sign.MAP));
      default -> super.legend();
    };
  }

  @Override
  XYPlot plot() {
    List<Sign> signs = marks.stream().map(Mark::sign).distinct().toList();
    XYErrorRenderer renderer = renderer(signs);
    renderer.setDrawYError(false);
    XYPlot plot = new XYPlot(data(signs), values(), names(), renderer);
    plot.setRangeGridlinesVisible(false);
    plot.setDomainGridlinesVisible(spec.form() != Form.BARS);
    if (spec.form() == Form.FACTORS) {
      plot.addDomainMarker(
          new ValueMarker(1, Sign.MAP.color(), new BasicStroke(2)), Layer.BACKGROUND);
    }
    for (int line = 0; line < lines.size(); line++) {
      annotate(plot, renderer, line, lines.get(line));
    }
    return plot;
  }

  private XYIntervalSeriesCollection data(List<Sign> signs) {
    List<XYIntervalSeries> series = new ArrayList<>();
    signs.forEach(s -> series.add(new XYIntervalSeries(s)));
    for (int line = 0; line < lines.size(); line++) {
      List<Mark> onLine = lines.get(line).marks;
      for (int i = 0; i < onLine.size(); i++) {
        Mark m = onLine.get(i);
        double y = line + (onLine.size() == 1 ? 0 : SPREAD * i / (onLine.size() - 1) - SPREAD / 2);
        Measurement at = m.measured();
        series.get(signs.indexOf(m.sign())).add(at.nanos, m.low(), m.high(), y, y, y);
      }
    }
    return collection(series);
  }

  private void annotate(XYPlot plot, XYErrorRenderer renderer, int y, Line line) {
    double left = plot.getDomainAxis().getLowerBound();
    double right = plot.getDomainAxis().getUpperBound();
    if (line.marks.isEmpty()) {
      plot.addAnnotation(text(line.label, left, y, TextAnchor.CENTER_LEFT, Style.STRONG));
    } else if (spec.hasBars()) {
      Mark m = line.marks.getFirst();
      double zero = spec.form() == Form.FACTORS ? 1 : left;
      renderer.addAnnotation(bar(m, zero, y), Layer.BACKGROUND);
      double end = Math.max(zero, m.high());
      plot.addAnnotation(
          text(GAP + figure(m.measured()), end, y, TextAnchor.CENTER_LEFT, Style.LABEL));
    } else {
      Mark first = line.marks.getFirst();
      var value =
          text(
              Format.time(first.measured().nanos), right, y, TextAnchor.CENTER_RIGHT, Style.STRONG);
      value.setPaint(first.sign().color());
      plot.addAnnotation(value);
    }
  }

  private static XYBoxAnnotation bar(Mark m, double zero, int y) {
    double value = m.measured().nanos;
    Color color = m.sign().color();
    Color tint = new Color(color.getRed(), color.getGreen(), color.getBlue(), TINT);
    double from = Math.min(zero, value);
    double to = Math.max(zero, value);
    return new XYBoxAnnotation(from, y + BAR / 2, to, y - BAR / 2, null, null, tint);
  }

  private String figure(Measurement m) {
    return spec.form() == Form.FACTORS
        ? new Comparison(1 / m.nanos, 1 / m.high, 1 / m.low).toString()
        : Format.time(m.nanos);
  }

  private SymbolAxis names() {
    String[] names =
        lines.stream().map(l -> l.marks.isEmpty() ? "" : l.label).toArray(String[]::new);
    SymbolAxis axis = new SymbolAxis("", names);
    axis.setInverted(true);
    axis.setGridBandsVisible(false);
    axis.setRange(-0.5, names.length - 0.5);
    return Style.axis(axis);
  }

  private ValueAxis values() {
    double max = Axes.max(marks);
    return switch (spec.form()) {
      case BARS -> {
        ValueAxis axis = Axes.fromZero(max * 1.14, "");
        axis.setVisible(false);
        yield axis;
      }
      case FACTORS -> {
        double min = marks.stream().mapToDouble(Mark::low).min().orElse(1);
        String label = "times as fast as FileChannel.map";
        yield Axes.factors(min, max * Math.pow(max / min, 0.28), label, false);
      }
      default -> {
        ValueAxis axis = Axes.times(marks, spec.form() == Form.LOG_DOTS);
        axis.setUpperBound(widened(axis));
        if (spec.form() == Form.DOTS) {
          axis.setLowerBound(
              -ZERO * axis.getUpperBound()); // otherwise, a mark at zero would be clipped
        }
        yield axis;
      }
    };
  }

  /** Makes room for the figures at the right. */
  private static double widened(ValueAxis axis) {
    double max = axis.getUpperBound();
    return axis instanceof FactorAxis
        ? max * Math.pow(max / axis.getLowerBound(), 0.12)
        : max * 1.14;
  }
}
