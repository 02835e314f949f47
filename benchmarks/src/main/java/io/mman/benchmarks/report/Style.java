package io.mman.benchmarks.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.LegendItem;
import org.jfree.chart.LegendItemCollection;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.ColumnArrangement;
import org.jfree.chart.block.FlowArrangement;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.ui.VerticalAlignment;

/** Fonts, and the colors of everything but the figures. {@link Svg} makes them fit the page. */
final class Style {
  static final Font LABEL = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
  static final Font STRONG = new Font(Font.SANS_SERIF, Font.BOLD, 13);
  static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 17);
  static final Color INK = new Color(0x202020);
  static final Color FAINT = new Color(0x606060);
  static final Color GRID = new Color(0xD0D0D0);
  static final Color NONE = Color.WHITE;

  private Style() {}

  /** Gives an axis the font of the chart, and hides its line. */
  static <T extends ValueAxis> T axis(T axis) {
    axis.setLabelFont(LABEL);
    axis.setLabelPaint(FAINT);
    axis.setTickLabelFont(LABEL);
    axis.setTickLabelPaint(INK);
    axis.setAxisLineVisible(false);
    axis.setTickMarksVisible(false);
    axis.setTickLabelInsets(new RectangleInsets(3, 4, 3, 8));
    return axis;
  }

  /** Returns a chart whose page shows through, with the finding and what was measured above. */
  static JFreeChart chart(String title, String what, XYPlot plot) {
    plot.setBackgroundPaint(NONE);
    plot.setOutlineVisible(false);
    plot.setDomainGridlinePaint(GRID);
    plot.setRangeGridlinePaint(GRID);
    plot.setDomainGridlineStroke(new BasicStroke(1));
    plot.setRangeGridlineStroke(new BasicStroke(1));
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
    JFreeChart chart = new JFreeChart(null, TITLE, plot, false);
    chart.setBackgroundPaint(NONE);
    chart.setPadding(new RectangleInsets(6, 4, 6, 16));
    chart.setTitle(text(title, TITLE, INK, 2));
    chart.addSubtitle(text(what, LABEL, FAINT, 8));
    return chart;
  }

  private static TextTitle text(String text, Font font, Color color, int below) {
    TextTitle title = new TextTitle(text, font);
    title.setPaint(color);
    title.setTextAlignment(HorizontalAlignment.LEFT);
    title.setHorizontalAlignment(HorizontalAlignment.LEFT);
    title.setPosition(RectangleEdge.TOP);
    title.setPadding(0, 4, below, 0);
    return title;
  }

  /** Adds a legend between the title and the plot. */
  static void legend(JFreeChart chart, Iterable<Painter.Key> keys) {
    LegendItemCollection items = new LegendItemCollection();
    for (Painter.Key key : keys) {
      Sign sign = key.sign();
      items.add(new LegendItem(key.name(), null, null, null, sign.mark, sign.color()));
    }
    FlowArrangement row =
        new FlowArrangement(HorizontalAlignment.LEFT, VerticalAlignment.CENTER, 14, 2);
    LegendTitle legend = new LegendTitle(() -> items, row, new ColumnArrangement());
    legend.setItemFont(LABEL);
    legend.setItemPaint(INK);
    legend.setBackgroundPaint(null);
    legend.setPosition(RectangleEdge.TOP);
    legend.setHorizontalAlignment(HorizontalAlignment.LEFT);
    legend.setPadding(0, 0, 6, 0);
    chart.addSubtitle(legend);
  }
}
