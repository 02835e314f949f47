package io.mman.benchmarks.contests;

import io.mman.benchmarks.measure.Statistics;
import io.mman.benchmarks.measure.Turns;
import java.util.Locale;
import java.util.stream.Collectors;

/** Formats a line of medians for the console. */
final class Progress {
  private Progress() {}

  static String of(Turns turns) {
    return turns.series().stream()
        .map(s -> s.name() + " " + nanos(Statistics.median(s.nanos())))
        .collect(Collectors.joining(", ", "  " + turns.chart() + ", " + turns.row() + ": ", ""));
  }

  private static String nanos(double nanos) {
    if (nanos < 10_000) {
      return String.format(Locale.ROOT, "%.0f ns", nanos);
    }
    return nanos < 10_000_000
        ? String.format(Locale.ROOT, "%.0f us", nanos / 1e3)
        : String.format(Locale.ROOT, "%.0f ms", nanos / 1e6);
  }
}
