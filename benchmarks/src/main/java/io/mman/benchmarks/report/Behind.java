package io.mman.benchmarks.report;

import io.mman.benchmarks.measure.Measurement;
import io.mman.benchmarks.measure.Results;
import java.util.List;
import java.util.Locale;

/** Lists the peers that were faster than the library. The reasons are in the template. */
final class Behind {
  /** Smaller differences are not listed. */
  private static final double GOAL = 1.02;

  private Behind() {}

  /** Returns a table of a section's peers, or a sentence if none was faster. */
  static String table(Results section) {
    List<Measurement> behind = section.measurements.stream().filter(Behind::isBehind).toList();
    if (behind.isEmpty()) {
      return "No peer was faster than the library by more than 2 % and the measurement error.";
    }
    StringBuilder table =
        new StringBuilder(
            "These peers were faster than the library by more than 2 % and the measurement"
                + " error:\n\n");
    List<String> heroes = behind.stream().map(m -> m.hero).distinct().toList();
    String hero = heroes.size() == 1 ? heroes.getFirst() : "mman";
    table.append("| Chart | Case | Implementation | ").append(hero).append(" ÷ this |\n");
    table.append("| --- | --- | --- | --- |\n");
    for (Measurement m : behind) {
      String ratio = Format.ratio(m.ratio);
      table.append("| %s | %s | %s | %s |\n".formatted(title(m), m.row, m.series, ratio));
    }
    return table.toString();
  }

  private static String title(Measurement m) {
    return Charts.ALL.stream()
        .filter(chart -> chart.source().equals(m.chart) && chart.figure() == ChartSpec.Figure.TIME)
        .findFirst()
        .map(ChartSpec::title)
        .orElse(m.chart);
  }

  /** Returns whether a measurement is that of a peer, and even the lower bound exceeds the goal. */
  private static boolean isBehind(Measurement m) {
    return m.hero != null
        && m.hero.toLowerCase(Locale.ROOT).startsWith("mman")
        && !m.series.toLowerCase(Locale.ROOT).startsWith("mman")
        && !m.series.startsWith("MappedRegion")
        && !m.series.endsWith(", sequential") // the library is compared in random order there
        && m.ratioLow > GOAL;
  }
}
