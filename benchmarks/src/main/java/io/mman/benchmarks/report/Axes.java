package io.mman.benchmarks.report;

import java.text.FieldPosition;
import java.text.NumberFormat;
import java.text.ParsePosition;
import java.util.List;
import java.util.function.DoubleFunction;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.ui.RectangleInsets;

/** Chooses an axis for the values of a chart. */
final class Axes {
  /** If the largest value exceeds the smallest by this factor, the axis is logarithmic. */
  private static final double WIDE = 8;

  private Axes() {}

  /** Returns an axis for times, which starts at zero unless it is logarithmic. */
  static ValueAxis times(List<double[]> values, String unit) {
    return positive(values, "time per " + unit, Format::time);
  }

  /** Returns an axis for ratios, which includes 1. */
  static ValueAxis ratios(List<double[]> values) {
    values.add(new double[] {1, 1, 1.05});
    return positive(values, "ratio (left of 1: mman is faster)", Format::digits);
  }

  /** Returns a logarithmic axis. */
  static ValueAxis factors(double min, double max, String label, boolean bytes) {
    DoubleFunction<String> format = bytes ? Format::bytes : Format::digits;
    return font(new FactorAxis(label, min, max, bytes, format));
  }

  private static ValueAxis positive(
      List<double[]> values, String label, DoubleFunction<String> format) {
    double min =
        values.stream().mapToDouble(v -> v[1] > 0 ? v[1] : v[0]).filter(v -> v > 0).min().orElse(1);
    double max = max(values);
    return max / min < WIDE
        ? linear(max, label, format)
        : font(new FactorAxis(label, min, max, false, format));
  }

  private static ValueAxis linear(double max, String label, DoubleFunction<String> format) {
    NumberAxis axis = new NumberAxis(label);
    axis.setRange(0, Math.max(max, 1e-9) * 1.05);
    double rough = axis.getRange().getLength() / 8;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    axis.setTickUnit(new NumberTickUnit(power * round(rough / power)));
    axis.setNumberFormatOverride(new Labels(format));
    return font(axis);
  }

  private static int round(double step) {
    if (step < 1.5) {
      return 1;
    }
    return step < 3.5 ? 2 : step < 7 ? 5 : 10;
  }

  private static double max(List<double[]> values) {
    return values.stream().mapToDouble(v -> Math.max(v[0], v[2])).max().orElse(1);
  }

  static ValueAxis font(ValueAxis axis) {
    axis.setLabelFont(Style.LABEL);
    axis.setTickLabelFont(Style.LABEL);
    axis.setAxisLinePaint(Style.GRID);
    axis.setTickLabelInsets(new RectangleInsets(2, 4, 2, 12));
    return axis;
  }

  /** Formats labels with a function. */
  private static final class Labels extends NumberFormat {
    private static final long serialVersionUID = 1;
    private final transient DoubleFunction<String> format;

    Labels(DoubleFunction<String> format) {
      this.format = format;
    }

    @Override
    public StringBuffer format(double number, StringBuffer to, FieldPosition position) {
      return to.append(format.apply(number));
    }

    @Override
    public StringBuffer format(long number, StringBuffer to, FieldPosition position) {
      return format((double) number, to, position);
    }

    @Override
    public Number parse(String source, ParsePosition position) {
      throw new UnsupportedOperationException();
    }
  }
}
