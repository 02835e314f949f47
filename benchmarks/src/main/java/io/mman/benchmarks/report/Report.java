package io.mman.benchmarks.report;

import io.mman.benchmarks.measure.Measurement;
import io.mman.benchmarks.measure.Results;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Writes RESULTS.md, GUIDE.md and charts/ from the measurements in results/. */
public final class Report {
  private Report() {}

  public static void main(String... arguments) throws IOException {
    System.setProperty("java.awt.headless", "true");
    Path folder = Path.of(arguments[0]);
    List<Results> results = Results.load(folder.resolve("results"));
    Template template = new Template(results, draw(results, folder.resolve("charts")));
    for (String page : List.of("RESULTS.md", "GUIDE.md")) {
      Files.writeString(folder.resolve(page), template.fill(resource(page)));
      System.out.println("wrote " + folder.resolve(page));
    }
  }

  private static List<String> draw(List<Results> results, Path folder) throws IOException {
    Files.createDirectories(folder);
    List<String> drawn = new ArrayList<>();
    for (ChartSpec spec : Charts.ALL) {
      List<Mark> marks = Mark.select(spec, of(results, spec.source()));
      if (!marks.isEmpty()) {
        Path file = folder.resolve(spec.id() + ".svg");
        Painter.of(spec, marks).write(Template.title(spec, results), file);
        drawn.add(spec.id());
      }
    }
    return drawn;
  }

  /** Returns the measurements of a chart, including those computed from others. */
  static List<Measurement> of(List<Results> results, String chart) {
    return Stream.concat(
            results.stream().flatMap(r -> r.measurements.stream()), Derived.of(results).stream())
        .filter(m -> m.chart.equals(chart))
        .toList();
  }

  private static String resource(String name) throws IOException {
    try (InputStream text = Report.class.getResourceAsStream("/report/" + name)) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
