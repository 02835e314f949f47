package io.mman.benchmarks.report;

import io.mman.benchmarks.measure.Measurement;
import java.util.Locale;

/**
 * How the times of two series compare.
 *
 * @param ratio the time of the first, divided by that of the second
 * @param low the lower bound of the ratio
 * @param high its upper bound
 */
record Comparison(double ratio, double low, double high) {
  /** Factors below this one are given as a percentage. */
  private static final double PERCENT = 1.5;

  /** Factors from this one on are given without decimals. */
  private static final double WHOLE = 10;

  /** Compares two series, by the ratio of their turns if one was compared with the other. */
  static Comparison of(Measurement a, Measurement b) {
    boolean paired = a.row.equals(b.row);
    if (paired && a.ratio != null && b.series.equals(a.hero)) {
      return new Comparison(1 / a.ratio, 1 / a.ratioHigh, 1 / a.ratioLow);
    }
    if (paired && b.ratio != null && a.series.equals(b.hero)) {
      return new Comparison(b.ratio, b.ratioLow, b.ratioHigh);
    }
    return new Comparison(a.nanos / b.nanos, a.low / b.high, a.high / b.low);
  }

  private boolean isEqual() {
    return low <= 1 && high >= 1;
  }

  /** Returns "3.2 times faster than" or "about as fast as". */
  String than() {
    return this + (isEqual() ? " as" : " than");
  }

  /** Returns "3.2 times faster", "4 % slower", or "about as fast" if no difference was found. */
  @Override
  public String toString() {
    if (isEqual()) {
      return "about as fast";
    }
    String direction = ratio < 1 ? " faster" : " slower";
    double factor = Math.max(ratio, 1 / ratio);
    if (factor < PERCENT) {
      return format("%.0f %%", 100 * (factor - 1)) + direction;
    }
    return format(factor < WHOLE ? "%.1f times" : "%.0f times", factor) + direction;
  }

  private static String format(String pattern, double number) {
    return String.format(Locale.ROOT, pattern, number);
  }
}
