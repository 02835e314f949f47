package io.mman.benchmarks.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Formats figures for people. */
final class Format {
  private static final MathContext DIGITS = new MathContext(3);
  private static final MathContext TWO_DIGITS = new MathContext(2);
  private static final String[] TIMES = {"ns", "µs", "ms", "s"};

  private Format() {}

  /** Formats a time with three digits and a suitable unit: 12.3 µs. */
  static String time(double nanos) {
    if (nanos == 0 || !Double.isFinite(nanos)) {
      return nanos == 0 ? "0" : "?";
    }
    int unit = unit(nanos);
    return digits(nanos / Math.pow(1000, unit)) + " " + TIMES[unit];
  }

  /** Formats two times with two digits each, and their unit once if it is the same: 25 to 90 ns. */
  static String range(double min, double max) {
    String from = time(rounded(min));
    String to = time(rounded(max));
    String unit = to.substring(to.indexOf(' ') + 1);
    return from.equals(to) ? to : from.replace(" " + unit, "") + " to " + to;
  }

  private static double rounded(double value) {
    return new BigDecimal(value).round(TWO_DIGITS).doubleValue();
  }

  /** Returns the unit in which the rounded time is below 1000. */
  private static int unit(double nanos) {
    int unit = 0;
    for (double value = nanos; value >= 999.5 && unit < TIMES.length - 1; value /= 1000) {
      unit++;
    }
    return unit;
  }

  /** Formats a ratio with two decimals near 1, and with three digits otherwise. */
  static String ratio(double ratio) {
    return ratio >= 0.1 && ratio < 10 ? String.format(Locale.ROOT, "%.2f", ratio) : digits(ratio);
  }

  /** Formats a number with up to three digits and without an exponent. */
  static String digits(double value) {
    if (!Double.isFinite(value)) {
      return "?";
    }
    BigDecimal rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
    return rounded.abs().compareTo(new BigDecimal("0.0005")) < 0 ? "0" : rounded.toPlainString();
  }

  /** Formats a number: 0.5, or 10,000. */
  static String number(double value) {
    return value < 1000 ? digits(value) : String.format(Locale.ROOT, "%,.0f", value);
  }

  /** Formats a power of two of bytes: 4 KiB. */
  static String bytes(double bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB"};
    int unit = 0;
    double value = bytes;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return digits(value) + " " + units[unit];
  }
}
