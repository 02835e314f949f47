package io.mman.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.benchmarks.measure.Machine;
import io.mman.benchmarks.measure.Measurement;
import io.mman.benchmarks.measure.Results;
import java.awt.Shape;
import java.awt.geom.Area;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChartsTest {
  /** The results in the repository. */
  private static final Path KEPT = Path.of("results");

  private static final Pattern FIGURE = Pattern.compile("\\d");

  @TempDir Path folder;

  private static Measurement measured(String chart, String row, String series, double nanos) {
    Measurement m = new Measurement();
    m.chart = chart;
    m.row = row;
    m.series = series;
    m.unit = "call";
    m.nanos = nanos;
    m.low = nanos * 0.95;
    m.high = nanos * 1.05;
    return m;
  }

  private static Measurement against(String hero, double ratio, Measurement m) {
    m.hero = hero;
    m.ratio = ratio;
    m.ratioLow = ratio * 0.99;
    m.ratioHigh = ratio * 1.01;
    return m;
  }

  private static List<Results> results(Measurement... measurements) throws IOException {
    Results results = new Results();
    results.section = "some";
    results.command = "mvn something";
    results.started = "2020-01-01T00:00:00Z";
    results.machine = Machine.here();
    results.measurements.addAll(List.of(measurements));
    return List.of(results);
  }

  private static ChartSpec spec(String id) {
    return Charts.ALL.stream().filter(c -> c.id().equals(id)).findFirst().orElseThrow();
  }

  @Test
  void aTitleFollowsTheResults() throws IOException {
    String row = "100 of 131072 pages, cold";
    Measurement slow = measured("faults-few", row, "no advice", 9_700);
    String title = "With advise(RANDOM), reading a few pages from disk is ";
    ChartSpec spec = spec("faults-few");
    assertEquals(
        title + "97 times faster",
        Template.title(spec, results(slow, measured("faults-few", row, "RANDOM", 100))));
    assertEquals(
        title + "2.0 times slower",
        Template.title(spec, results(slow, measured("faults-few", row, "RANDOM", 19_400))));
    assertEquals(
        title + "about as fast",
        Template.title(spec, results(slow, measured("faults-few", row, "RANDOM", 9_800))));
  }

  @Test
  void aTitleWithoutItsFiguresSaysWhatWasToBeMeasured() throws IOException {
    ChartSpec spec = spec("faults-few");
    assertEquals(spec.what(), Template.title(spec, results()));
  }

  /** The titles of the results in the repository have figures, and no title has one typed in. */
  @Test
  void allTitlesHaveFiguresOfTheResults() throws IOException {
    List<Results> results = Results.load(KEPT);
    for (ChartSpec spec : Charts.ALL) {
      String title = Template.title(spec, results);
      assertNotEquals(spec.what(), title, spec.id());
      assertTrue(FIGURE.matcher(title).find(), title);
      String typed = spec.title().replaceAll("\\{\\{[^}]*}}", "");
      assertFalse(typed.matches(".*\\d (times|%|[nµm]?s)\\b.*"), typed);
    }
  }

  @Test
  void everythingComparedHasItsOwnColorAndItsOwnMark() {
    Sign[] signs = Sign.values();
    Set<Object> seen = new HashSet<>();
    for (Sign sign : signs) {
      assertTrue(seen.add(sign.light), sign + " has the light color of another sign");
      assertTrue(seen.add("dark " + sign.dark), sign + " has the dark color of another sign");
      assertTrue(seen.add(sign.color()), sign + " looks like another sign");
      for (Sign other : signs) {
        assertTrue(other == sign || !sameOutline(other.mark, sign.mark), sign + ", " + other);
      }
    }
  }

  private static boolean sameOutline(Shape one, Shape other) {
    return new Area(one).equals(new Area(other));
  }

  /** Otherwise a sign would stand for a row's condition, such as cold, in one chart only. */
  @Test
  void signsStandForImplementationsNeverForConditions() throws IOException {
    List<Results> results = Results.load(KEPT);
    for (ChartSpec spec : Charts.ALL) {
      List<Mark> marks = Mark.select(spec, Report.of(results, spec.source()));
      Set<String> sources = new HashSet<>();
      marks.forEach(m -> sources.add(m.measured().series));
      assertEquals(spec.series().size(), sources.size(), spec.id() + " shows " + sources);
      marks.forEach(Mark::sign);
    }
    for (String condition : List.of("cold", "cached", "tmpfs file", "CDS archive", "shared")) {
      assertThrows(IllegalArgumentException.class, () -> Sign.of(condition));
    }
    assertEquals(Sign.C, Sign.of("C, fstat"));
    assertEquals(Sign.MMAN, Sign.of("mman, confined"));
    assertEquals(Sign.SURVIVING, Sign.of("mman, surviving"));
    assertEquals(Sign.MAP, Sign.of("FileChannel.map, whole file"));
    assertEquals(Sign.CHANNEL, Sign.of("FileChannel.read"));
  }

  /** Where FileChannel.map was measured beside what a chart shows, the chart shows it, too. */
  @Test
  void noChartLeavesOutFileChannelMap() throws IOException {
    List<Results> results = Results.load(KEPT);
    for (ChartSpec spec : Charts.ALL) {
      List<Measurement> measured = Report.of(results, spec.source());
      List<Mark> marks = Mark.select(spec, measured);
      boolean available =
          measured.stream()
              .filter(m -> m.series.startsWith(Sign.MAP.begin))
              .anyMatch(m -> marks.stream().anyMatch(s -> s.measured().row.equals(m.row)));
      assertTrue(!available || marks.stream().anyMatch(m -> m.sign() == Sign.MAP), spec.id());
    }
  }

  @Test
  void chartsFitLightAndDarkPages() throws IOException {
    for (Results results : Results.load(KEPT)) {
      results.save(folder.resolve("results"));
    }
    Report.main(folder.toString());
    try (Stream<Path> files = Files.list(folder.resolve("charts"))) {
      List<Path> charts = files.toList();
      assertEquals(Charts.ALL.size(), charts.size());
      for (Path chart : charts) {
        String svg = Files.readString(chart);
        assertTrue(svg.contains("@media(prefers-color-scheme:dark){svg{--ink:"), chart.toString());
        // Only colors of the two styles: the page shows through, and nothing is of a fixed color.
        assertFalse(svg.matches("(?s).*(fill|stroke):\\s*(rgb|#|white|black|gray).*"), svg);
        assertTrue(svg.indexOf("var(--") > 0, svg);
      }
    }
  }

  @Test
  void logarithmicAxesSaySo() throws IOException {
    String row = "1 page changed";
    String what =
        drawn(spec("sync"), measured("sync", row, "mman", 1), measured("sync", row, "C", 100));
    assertTrue(what.contains("time per call (logarithmic)"), what);
    String linear = drawn(spec("survival-faults"), measured("survival-faults", row, "mman", 1));
    assertFalse(linear.contains("logarithmic"), linear);
  }

  private String drawn(ChartSpec spec, Measurement... measured) throws IOException {
    Path file = folder.resolve("chart.svg");
    Painter.of(spec, Mark.select(spec, List.of(measured))).write("title", file);
    return Files.readString(file);
  }

  /** Pairs of turns give the difference, and a row of two calls is the time of two. */
  @Test
  void callsAreComparedWithCInNanosecondsPerCall() throws IOException {
    List<Results> results =
        results(
            measured("calls", "one", "mman", 400),
            against("mman", 1.25, measured("calls", "one", "C", 999)),
            against("mman", 0.8, measured("calls", "one", "JNA", 999)),
            measured("calls", "a + b", "mman", 400),
            against("mman", 1.25, measured("calls", "a + b", "C", 999)));
    List<Double> differences =
        Report.of(results, Derived.BEYOND_C).stream().map(m -> m.nanos).toList();
    assertEquals(3, differences.size());
    assertEquals(80, differences.get(0), 1e-9);
    assertEquals(180, differences.get(1), 1e-9);
    assertEquals(40, differences.get(2), 1e-9);
    assertEquals(
        "A call takes 40 to 80 ns longer than in C, and 180 ns longer by JNA",
        Template.title(spec("calls"), results));
  }

  @Test
  void aRangeHasTwoDigitsAndItsUnitOnce() {
    assertEquals("25 to 68 ns", Format.range(25.04, 68.3));
    assertEquals("760 ns to 1.5 µs", Format.range(761, 1480));
    assertEquals("25 ns", Format.range(25.1, 25.2));
  }

  @Test
  void theWordAfterAComparisonFits() {
    assertEquals("97 times faster than", new Comparison(1 / 97.1, 0.01, 0.011).than());
    assertEquals("about as fast as", new Comparison(1.04, 0.99, 1.05).than());
  }
}
