package io.mman.benchmarks.report;

import java.awt.BasicStroke;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.xy.XYIntervalSeries;

/** Draws lines over numbers. */
final class LinePainter extends Painter {
  private static final int HEIGHT = 340;

  /** FileChannel.map's line is wide, so that it can be seen below a line that coincides with it. */
  private static final float WIDE = 5;

  private static final float NARROW = 1.8f;

  /** Lines whose ends are closer to each other than this share one label. */
  private static final double CLOSE = 1.08;

  private final List<String> names;

  LinePainter(ChartSpec spec, List<Mark> marks) {
    super(spec, marks);
    names = marks.stream().map(Mark::series).distinct().toList();
  }

  @Override
  int plotHeight() {
    return HEIGHT;
  }

  @Override
  XYPlot plot() {
    List<XYIntervalSeries> lines = new ArrayList<>();
    for (String name : names) {
      XYIntervalSeries line = new XYIntervalSeries(name);
      for (Mark m : of(name)) {
        double x = m.measured().x;
        line.add(x, x, x, m.measured().nanos, m.low(), m.high());
      }
      lines.add(line);
    }
    List<Sign> signs = names.stream().map(Sign::of).toList();
    XYErrorRenderer renderer = renderer(signs);
    renderer.setDefaultLinesVisible(true);
    renderer.setDrawXError(false);
    for (int i = 0; i < signs.size(); i++) {
      renderer.setSeriesStroke(i, new BasicStroke(signs.get(i) == Sign.MAP ? WIDE : NARROW));
    }
    XYPlot plot =
        new XYPlot(collection(lines), numbers(), Axes.times(marks, Axes.isWide(marks)), renderer);
    if (signs.stream().distinct().count() < signs.size()) {
      nameEnds(plot); // the legend does not distinguish lines with the same sign
    }
    return plot;
  }

  private ValueAxis numbers() {
    double min = marks.stream().mapToDouble(m -> m.measured().x).min().orElse(1);
    double max = marks.stream().mapToDouble(m -> m.measured().x).max().orElse(1);
    return Axes.factors(min, max, spec.axis(), spec.form() == ChartSpec.Form.LINES_OVER_BYTES);
  }

  private List<Mark> of(String name) {
    return marks.stream().filter(m -> m.series().equals(name)).toList();
  }

  private void nameEnds(XYPlot plot) {
    List<Mark> ends = new ArrayList<>(names.stream().map(name -> of(name).getLast()).toList());
    ends.sort(Comparator.comparingDouble((Mark m) -> m.measured().nanos).reversed());
    while (!ends.isEmpty()) {
      double y = ends.getFirst().measured().nanos;
      List<Mark> near = ends.stream().filter(m -> y / m.measured().nanos < CLOSE).toList();
      String text = near.stream().map(Mark::series).collect(Collectors.joining(" and "));
      double x = near.getFirst().measured().x;
      plot.addAnnotation(
          text(text + ": " + Format.time(y), x, y * CLOSE, TextAnchor.BOTTOM_RIGHT, Style.LABEL));
      ends.removeAll(near);
    }
  }
}
