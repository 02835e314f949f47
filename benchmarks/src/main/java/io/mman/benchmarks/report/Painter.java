package io.mman.benchmarks.report;

import java.awt.BasicStroke;
import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.annotations.XYTextAnnotation;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;

/** Draws a chart. */
abstract class Painter {
  static final int WIDTH = 860;
  private static final int TEXT_WIDTH = WIDTH - 32;
  private static final int TITLE_LINE = 23;
  private static final int TEXT_LINE = 19;
  private static final int LEGEND = 26;
  private static final int MARGINS = 24;

  final ChartSpec spec;
  final List<Mark> marks;

  Painter(ChartSpec spec, List<Mark> marks) {
    this.spec = spec;
    this.marks = marks;
  }

  static Painter of(ChartSpec spec, List<Mark> marks) {
    return spec.hasLines() ? new LinePainter(spec, marks) : new RowPainter(spec, marks);
  }

  abstract XYPlot plot();

  /** Returns the height of the plot and its axis. */
  abstract int plotHeight();

  /** A sign and its explanation. */
  record Key(String name, Sign sign) {}

  /** Returns what the legend explains; what several series have in common, if they share a sign. */
  List<Key> legend() {
    List<Key> keys = new ArrayList<>();
    for (Sign sign : marks.stream().map(Mark::sign).distinct().toList()) {
      List<String> names =
          marks.stream().filter(m -> m.sign() == sign).map(Mark::series).distinct().toList();
      keys.add(new Key(names.size() == 1 ? names.getFirst() : sign.begin, sign));
    }
    return keys;
  }

  final void write(String title, Path file) throws IOException {
    List<String> titleLines = lines(title, Style.TITLE);
    List<String> whatLines = lines(spec.what(), Style.LABEL);
    JFreeChart chart =
        Style.chart(String.join("\n", titleLines), String.join("\n", whatLines), plot());
    List<Key> legend = legend();
    int height = plotHeight() + MARGINS;
    height += titleLines.size() * TITLE_LINE + whatLines.size() * TEXT_LINE;
    if (!legend.isEmpty()) {
      Style.legend(chart, legend);
      height += LEGEND;
    }
    Svg.write(chart, WIDTH, height, file);
  }

  /** Breaks a text at spaces, but not between a number and its unit. */
  private static List<String> lines(String text, Font font) {
    FontRenderContext context = new FontRenderContext(null, true, true);
    List<String> lines = new ArrayList<>();
    String line = "";
    for (String word :
        text.replaceAll("(\\d) (%|[nµm]?s\\b|[KMG]iB|times)", "$1\u00a0$2").split(" ")) {
      String longer = line.isEmpty() ? word : line + " " + word;
      if (font.getStringBounds(longer, context).getWidth() > TEXT_WIDTH) {
        lines.add(line);
        line = word;
      } else {
        line = longer;
      }
    }
    lines.add(line);
    return lines;
  }

  /** Returns a renderer for series that each have one sign. The first one is drawn on top. */
  static XYErrorRenderer renderer(List<Sign> signs) {
    XYErrorRenderer renderer = new XYErrorRenderer();
    renderer.setErrorStroke(new BasicStroke(1.3f));
    for (int i = 0; i < signs.size(); i++) {
      renderer.setSeriesPaint(i, signs.get(i).color());
      renderer.setSeriesShape(i, signs.get(i).mark);
    }
    return renderer;
  }

  static XYIntervalSeriesCollection collection(List<XYIntervalSeries> series) {
    XYIntervalSeriesCollection data = new XYIntervalSeriesCollection();
    series.forEach(data::addSeries);
    return data;
  }

  static XYTextAnnotation text(String text, double x, double y, TextAnchor anchor, Font font) {
    XYTextAnnotation annotation = new XYTextAnnotation(text, x, y);
    annotation.setFont(font);
    annotation.setPaint(Style.INK);
    annotation.setTextAnchor(anchor);
    return annotation;
  }
}
