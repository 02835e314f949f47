package io.mman.benchmarks.report;

import io.mman.benchmarks.measure.Measurement;
import io.mman.benchmarks.measure.Results;
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
 *       second, as in "3.2 times faster".
 * </ul>
 *
 * <p>The row {@code @} stands for the first row. The text says so if something was not measured.
 */
final class Template {
  private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z-]+) ([^}]+)}}");

  private static final String ANY = "@";

  private final List<Results> results;
  private final List<String> drawn;

  Template(List<Results> results, List<String> drawn) {
    this.results = results;
    this.drawn = drawn;
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
          figure(words[0], words[1], words[2]).map(m -> Format.time(m.nanos)).orElse("?");
      case "compare" -> compare(words);
      default -> throw new IllegalArgumentException("unknown placeholder {{" + kind + "}}");
    };
  }

  private String chart(String id) {
    ChartSpec spec = Charts.ALL.stream().filter(c -> c.id().equals(id)).findFirst().orElseThrow();
    return drawn.contains(id)
        ? "![%s](charts/%s.svg)".formatted(spec.title(), id)
        : "*" + spec.title() + ": this was not measured.*";
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

  private String compare(String... words) {
    return figure(words[0], words[1], words[2])
        .flatMap(a -> figure(words[0], words[1], words[3]).map(b -> Comparison.of(a, b)))
        .map(Comparison::toString)
        .orElse("?");
  }
}
