package io.mman.benchmarks.report;

import io.mman.benchmarks.measure.Measurement;
import io.mman.benchmarks.measure.Results;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fills in a text: {@code {{chart ID}}}, {@code {{figures CHART}}}, {@code {{machine SECTION}}},
 * {@code {{left-out SECTION}}}, {@code {{behind SECTION}}}, {@code {{time CHART | ROW | SERIES}}}
 * and {@code {{ratio CHART | ROW | SERIES | SERIES}}}; the row {@code @} is any. What was not
 * measured is said so.
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
    return places.replaceAll(
        place -> Matcher.quoteReplacement(fill(place.group(1), place.group(2).split(" \\| "))));
  }

  private String fill(String kind, String... words) {
    return switch (kind) {
      case "chart" -> chart(words[0]);
      case "figures" -> figures(words[0]);
      case "machine" -> ofSection(words[0]).map(Tables::machine).orElse("> Not measured.");
      case "left-out" -> ofSection(words[0]).map(Template::leftOut).orElse("");
      case "behind" -> ofSection(words[0]).map(Behind::table).orElse("");
      case "time" ->
          figure(words[0], words[1], words[2]).map(m -> Format.time(m.nanos)).orElse("?");
      case "ratio" -> ratio(words);
      default -> throw new IllegalArgumentException("nothing is known of {{" + kind + "}}");
    };
  }

  private String chart(String id) {
    ChartSpec spec = Charts.ALL.stream().filter(c -> c.id().equals(id)).findFirst().orElseThrow();
    return drawn.contains(id)
        ? "![%s](charts/%s.svg)".formatted(spec.title(), id)
        : "*" + spec.title() + ": not measured.*";
  }

  private String figures(String chart) {
    List<Measurement> measured = Report.of(results, chart);
    return measured.isEmpty() ? "" : Tables.figures(measured);
  }

  private static String leftOut(Results section) {
    return section.leftOut.isEmpty()
        ? ""
        : "Left out: " + String.join("; ", section.leftOut.stream().distinct().toList()) + ".";
  }

  private Optional<Results> ofSection(String section) {
    return results.stream().filter(r -> r.section.equals(section)).findFirst();
  }

  private Optional<Measurement> figure(String chart, String row, String series) {
    return Report.of(results, chart).stream()
        .filter(m -> (m.row.equals(row) || row.equals(ANY)) && m.series.equals(series))
        .findFirst();
  }

  private String ratio(String... words) {
    BiFunction<Measurement, Measurement, String> divide = (a, b) -> Format.ratio(a.nanos / b.nanos);
    return figure(words[0], words[1], words[2])
        .flatMap(a -> figure(words[0], words[1], words[3]).map(b -> divide.apply(a, b)))
        .orElse("?");
  }
}
