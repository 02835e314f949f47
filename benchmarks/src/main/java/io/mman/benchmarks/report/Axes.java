package io.mman.benchmarks.report;

import java.text.FieldPosition;
import java.text.NumberFormat;
import java.text.ParsePosition;
import java.util.List;
import java.util.function.DoubleFunction;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;

/** Chooses an axis for the values of a chart. */
final class Axes {
  /** If the largest value exceeds the smallest by this factor, lines get a logarithmic axis. */
  private static final double WIDE = 8;

  private static final String LOGARITHMIC = " (logarithmic)";

  private Axes() {}

  /** Returns whether small values would be too close together on a linear axis. */
  static boolean isWide(List<Mark> marks) {
    return max(marks) / min(marks) > WIDE;
  }

  /** Returns an axis for times, which starts at zero unless it is logarithmic. */
  static ValueAxis times(List<Mark> marks, boolean logarithmic) {
    String label = "time per " + marks.getFirst().measured().unit;
    double max = max(marks);
    return logarithmic
        ? Style.axis(
            new FactorAxis(label + LOGARITHMIC, min(marks), max * 1.3, false, Format::time))
        : fromZero(max, label);
  }

  /** Returns an axis for times that starts at zero. */
  static ValueAxis fromZero(double max, String label) {
    NumberAxis axis = new NumberAxis(label);
    axis.setRange(0, Math.max(max, 1e-9) * 1.05);
    double rough = axis.getRange().getLength() / 8;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    axis.setTickUnit(new NumberTickUnit(power * round(rough / power)));
    axis.setNumberFormatOverride(new Labels(Format::time));
    return Style.axis(axis);
  }

  /** Returns a logarithmic axis. */
  static ValueAxis factors(double min, double max, String label, boolean bytes) {
    DoubleFunction<String> format = bytes ? Format::bytes : Format::number;
    return Style.axis(new FactorAxis(label + LOGARITHMIC, min, max, bytes, format));
  }

  private static double min(List<Mark> marks) {
    return marks.stream().mapToDouble(m -> m.measured().nanos).min().orElse(1);
  }

  static double max(List<Mark> marks) {
    return marks.stream().mapToDouble(Mark::high).max().orElse(1);
  }

  private static int round(double step) {
    if (step < 1.5) {
      return 1;
    }
    return step < 3.5 ? 2 : step < 7 ? 5 : 10;
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
