package io.mman.benchmarks.report;

import io.mman.benchmarks.measure.Measurement;
import io.mman.benchmarks.measure.Results;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces the placeholders of a text:
 *
 * <ul>
 *   <li>{@code {{chart ID}}} by an image,
 *   <li>{@code {{figures CHART}}} by a table of everything that was measured for a chart,
 *   <li>{@code {{machine SECTION}}} by the machine and the command of a section,
 *   <li>{@code {{left-out SECTION}}} by the series that could not run,
 *   <li>{@code {{time CHART | ROW | SERIES}}} by a time,
 *   <li>{@code {{compare CHART | ROW | SERIES | SERIES}}} by how the first series compares with the
 *       second, as in "3.2 times faster"; or {@code {{compare CHART | ROW | SERIES | ROW |
 *       SERIES}}},
 *   <li>{@code {{than ...}}} by the same with the word that follows, as in "about as fast as",
 *   <li>{@code {{range CHART | SERIES}}} by the shortest and the longest time of a series.
 * </ul>
 *
 * <p>The row {@code @} stands for the first row. If something was not measured, the text says so.
 */
final class Template {
  private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z-]+) ([^}]+)}}");

  private static final String ANY = "@";

  private final List<Results> results;
  private static final String UNKNOWN = "?";

  private final List<String> drawn;

  Template(List<Results> results, List<String> drawn) {
    this.results = results;
    this.drawn = drawn;
  }

  /**
   * Returns the finding of a chart, with its figures. If one of these was not measured, returns
   * what the chart would show.
   */
  static String title(ChartSpec spec, List<Results> results) {
    String title = new Template(results, List.of()).fill(spec.title()).strip();
    return title.contains(UNKNOWN) ? spec.what() : title;
  }

  String fill(String text) {
    Matcher places = PLACE.matcher(text);
    String filled =
        places.replaceAll(
            place -> Matcher.quoteReplacement(fill(place.group(1), place.group(2).split(" \\| "))));
    return filled.replaceAll("\n{3,}", "\n\n").strip() + "\n";
  }

  private String fill(String kind, String... words) {
    return switch (kind) {
      case "chart" -> chart(words[0]);
      case "figures" -> figures(words[0]);
      case "machine" ->
          ofSection(words[0]).map(Tables::machine).orElse("> This section was not measured.");
      case "left-out" -> ofSection(words[0]).map(Template::leftOut).orElse("");
      case "time" ->
          figure(words[0], words[1], words[2]).map(m -> Format.time(m.nanos)).orElse(UNKNOWN);
      case "compare" -> compare(words).map(Comparison::toString).orElse(UNKNOWN);
      case "than" -> compare(words).map(Comparison::than).orElse(UNKNOWN);
      case "range" -> range(words[0], words[1]);
      default -> throw new IllegalArgumentException("unknown placeholder {{" + kind + "}}");
    };
  }

  private String chart(String id) {
    ChartSpec spec = Charts.ALL.stream().filter(c -> c.id().equals(id)).findFirst().orElseThrow();
    return drawn.contains(id)
        ? "![%s. %s.](charts/%s.svg)".formatted(title(spec, results), spec.what(), id)
        : "*" + spec.what() + ": this was not measured.*";
  }

  private String figures(String chart) {
    List<Measurement> measured = Report.of(results, chart);
    return measured.isEmpty() ? "" : Tables.figures(measured);
  }

  private static String leftOut(Results section) {
    return section.leftOut.isEmpty()
        ? ""
        : "These could not run: "
            + String.join("; ", section.leftOut.stream().distinct().toList())
            + ".";
  }

  private Optional<Results> ofSection(String section) {
    return results.stream().filter(r -> r.section.equals(section)).findFirst();
  }

  private Optional<Measurement> figure(String chart, String row, String series) {
    return Report.of(results, chart).stream()
        .filter(m -> (m.row.equals(row) || row.equals(ANY)) && m.series.equals(series))
        .findFirst();
  }

  private Optional<Comparison> compare(String... words) {
    boolean twoRows = words.length > 4;
    String other = twoRows ? words[3] : words[1];
    return figure(words[0], words[1], words[2])
        .flatMap(
            a -> figure(words[0], other, words[twoRows ? 4 : 3]).map(b -> Comparison.of(a, b)));
  }

  private String range(String chart, String series) {
    DoubleSummaryStatistics times =
        Report.of(results, chart).stream()
            .filter(m -> m.series.equals(series))
            .mapToDouble(m -> m.nanos)
            .summaryStatistics();
    return times.getCount() == 0 ? UNKNOWN : Format.range(times.getMin(), times.getMax());
  }
}
