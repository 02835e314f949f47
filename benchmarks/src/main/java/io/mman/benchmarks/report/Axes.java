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

/** Axes that suit what they show. */
final class Axes {
  /** From where on figures so far apart are shown by their orders of magnitude. */
  private static final double WIDE = 8;

  private Axes() {}

  /** Of times: linear from zero where they are alike. */
  static ValueAxis times(List<double[]> values, String unit) {
    return positive(values, "time, a " + unit, Format::time);
  }

  /** Of ratios, the one among them. */
  static ValueAxis ratios(List<double[]> values) {
    values.add(new double[] {1, 1, 1.05});
    return positive(values, "ratio (left of 1: mman takes less)", Format::digits);
  }

  /** Of counts, zero among them. */
  static ValueAxis counts(List<double[]> values, String unit) {
    ValueAxis axis = linear(max(values), "page faults, a " + unit, Format::digits);
    // room for the left half of a mark at zero
    axis.setLowerBound(-0.015 * axis.getUpperBound());
    return axis;
  }

  /** Of what grows by factors. */
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

  /** Lets a function write the labels. */
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
