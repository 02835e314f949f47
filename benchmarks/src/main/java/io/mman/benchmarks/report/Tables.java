package io.mman.benchmarks.report;

import io.mman.benchmarks.measure.Machine;
import io.mman.benchmarks.measure.Measurement;
import io.mman.benchmarks.measure.Results;
import java.util.List;

/** Markdown tables. */
final class Tables {
  private Tables() {}

  /** Returns the machine that a section was measured on, and the command. */
  static String machine(Results results) {
    Machine m = results.machine;
    return "> %s, %d cores, %d GiB; %s; %s; %s; huge pages `%s`; load average at the start %s.  \n"
            .formatted(
                m.processor(),
                m.cores(),
                m.memoryGib(),
                m.kernel(),
                m.jdk(),
                m.disk(),
                m.hugePages(),
                m.load())
        + "> Started at %s, took %d s: `%s`"
            .formatted(results.started, results.seconds, results.command);
  }

  /** Returns the figures of a chart as a table that the reader unfolds. */
  static String figures(List<Measurement> measured) {
    String hero =
        measured.stream().filter(m -> m.hero != null).map(m -> m.hero).findFirst().orElse("");
    StringBuilder table = new StringBuilder("<details><summary>Figures</summary>\n\n");
    table.append("| Case | Implementation | median per ").append(measured.getFirst().unit);
    table.append(" | p99 | ").append(hero.isEmpty() ? "" : hero + " ÷ this");
    table.append(" | bytes allocated |\n");
    table.append("| --- | --- | --- | --- | --- | --- |\n");
    for (Measurement m : measured) {
      table.append(
          "| %s | %s | %s | %s | %s | %s |\n"
              .formatted(
                  m.row,
                  m.series,
                  Format.time(m.nanos),
                  m.p99 == null ? "" : Format.time(m.p99),
                  ratio(m),
                  m.allocated == null ? "" : Long.toString(Math.round(m.allocated))));
    }
    return table.append("\n</details>").toString();
  }

  private static String ratio(Measurement m) {
    return m.ratio == null
        ? ""
        : "%s (%s to %s)"
            .formatted(Format.ratio(m.ratio), Format.ratio(m.ratioLow), Format.ratio(m.ratioHigh));
  }
}
