package io.mman.benchmarks.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;

/**
 * Colors that the color-blind can distinguish (by Okabe and Ito), each with its own mark. A series
 * has the same color in all charts.
 */
final class Style {
  static final Font LABEL = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
  static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 16);
  static final Color GRID = new Color(0xD0D0D0);
  static final Color BAND = new Color(0xF4F4F4);
  private static final Color INK = new Color(0x202020);
  private static final float SIZE = 9;
  private static final int UNKNOWN = 6;

  private static final Map<String, Integer> KNOWN = new HashMap<>();

  static {
    known(0, "mman", "mman, confined", "mman, random");
    known(1, "C", "C, no preparation", "C, random");
    known(2, "FileChannel.map", "JNA", "FileChannel.force", "FileChannel.map, whole file");
    known(3, "OpenHFT Posix", "Arena.allocate", "MappedByteBuffer.force");
    known(4, "bare FFM handle", "allocateDirect", "mman, borrowed arena", "mman, no reservation");
    known(5, "FileChannel.map, load()");
  }

  private static final List<Color> COLORS =
      List.of(
          new Color(0x0072B2),
          new Color(0x000000),
          new Color(0xD55E00),
          new Color(0x009E73),
          new Color(0xCC79A7),
          new Color(0xE69F00),
          new Color(0x56B4E9),
          new Color(0x7F7F7F),
          new Color(0x8B5A00));

  private Style() {}

  private static void known(int place, String... series) {
    for (String name : series) {
      KNOWN.put(name, place);
    }
  }

  /** Assigns each series its own place in the palette. */
  static int[] places(List<String> series) {
    int[] places = new int[series.size()];
    boolean[] taken = new boolean[Math.max(COLORS.size(), series.size())];
    java.util.Arrays.fill(places, -1);
    for (int i = 0; i < places.length; i++) {
      int known = KNOWN.getOrDefault(series.get(i), -1);
      if (known >= 0 && !taken[known]) {
        places[i] = known;
        taken[known] = true;
      }
    }
    // In a chart with known series, an unknown one does not get the color of an absent known one.
    int unknown = series.stream().anyMatch(KNOWN::containsKey) ? UNKNOWN : 0;
    for (int i = 0; i < places.length; i++) {
      for (int free = unknown; places[i] < 0; free = (free + 1) % taken.length) {
        if (!taken[free]) {
          places[i] = free;
          taken[free] = true;
        }
      }
    }
    return places;
  }

  static Color color(int place) {
    return COLORS.get(place % COLORS.size());
  }

  static Shape mark(int place) {
    float r = SIZE / 2;
    return switch (place % 9) {
      case 0 -> new Ellipse2D.Float(-r, -r, SIZE, SIZE);
      case 1 -> polygon(-r, 0, 0, -r, r, 0, 0, r);
      case 2 -> new Rectangle2D.Float(-r + 0.5f, -r + 0.5f, SIZE - 1, SIZE - 1);
      case 3 -> polygon(-r, r, 0, -r, r, r);
      case 4 -> polygon(-r, -r, r, -r, 0, r);
      case 5 -> polygon(-r, -2, r, -2, r, 2, -r, 2);
      case 6 -> polygon(-2, -r, 2, -r, 2, r, -2, r);
      case 7 -> polygon(-r, -r, r, 0, -r, r);
      default -> polygon(r, -r, -r, 0, r, r);
    };
  }

  private static Shape polygon(float... points) {
    Path2D.Float path = new Path2D.Float();
    path.moveTo(points[0], points[1]);
    for (int i = 2; i < points.length; i += 2) {
      path.lineTo(points[i], points[i + 1]);
    }
    path.closePath();
    return path;
  }

  /** Returns a white chart of a plot, with the legend below. */
  static JFreeChart chart(String title, XYPlot plot) {
    plot.setBackgroundPaint(Color.WHITE);
    plot.setOutlinePaint(GRID);
    plot.setDomainGridlinePaint(GRID);
    plot.setRangeGridlinePaint(GRID);
    plot.setDomainGridlineStroke(new BasicStroke(1));
    plot.setRangeGridlineStroke(new BasicStroke(1));
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
    JFreeChart chart = new JFreeChart(null, TITLE, plot, true);
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(8, 8, 8, 16));
    TextTitle heading = new TextTitle(title, TITLE);
    heading.setPaint(INK);
    heading.setHorizontalAlignment(HorizontalAlignment.LEFT);
    heading.setPosition(RectangleEdge.TOP);
    heading.setPadding(0, 0, 8, 0);
    chart.setTitle(heading);
    chart.getLegend().setItemFont(LABEL);
    chart.getLegend().setBorder(0, 0, 0, 0);
    return chart;
  }
}
