package io.mman.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.benchmarks.measure.Machine;
import io.mman.benchmarks.measure.Measurement;
import io.mman.benchmarks.measure.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  @TempDir Path folder;

  private static Measurement measured(String row, String series, double nanos) {
    Measurement m = new Measurement();
    m.chart = "calls";
    m.row = row;
    m.series = series;
    m.unit = "call";
    m.nanos = nanos;
    m.low = nanos * 0.9;
    m.high = nanos * 1.1;
    m.turns = 10;
    return m;
  }

  private static Results results() throws IOException {
    Results results = new Results();
    results.section = "calls";
    results.set = "quick";
    results.command = "mvn something";
    results.started = "2020-01-01T00:00:00Z";
    results.machine = Machine.here();
    Measurement other = measured("madvise", "C", 200);
    other.hero = "mman";
    other.ratio = 0.5;
    other.ratioLow = 0.4;
    other.ratioHigh = 0.6;
    results.measurements.addAll(List.of(measured("madvise", "mman", 100), other));
    return results;
  }

  @Test
  void theReportIsWrittenFromTheFilesAlone() throws IOException {
    results().save(folder.resolve("results"));
    Report.main(folder.toString());
    String page = Files.readString(folder.resolve("RESULTS.md"));
    assertTrue(page.contains("(charts/calls.svg)"), page);
    assertTrue(page.contains("| madvise | C | 200 ns |  | 0.50 (0.40 to 0.60) |"), page);
    assertTrue(page.contains("mvn something"), page);
    assertTrue(Files.readString(folder.resolve("charts/calls.svg")).contains(">madvise</"));
    assertFalse(Files.exists(folder.resolve("charts/sync.svg")), "sync was not measured");
  }

  @Test
  void allPlaceholdersAreReplacedAndAllChartsShown() throws IOException {
    results().save(folder.resolve("results"));
    Report.main(folder.toString());
    String page = Files.readString(folder.resolve("RESULTS.md"));
    String guide = Files.readString(folder.resolve("GUIDE.md"));
    assertFalse((page + guide).contains("{{"));
    for (ChartSpec chart : Charts.ALL) {
      assertTrue(page.contains(chart.what()), chart.what());
    }
  }

  @Test
  void aTextGetsTimesAndComparisons() throws IOException {
    Template template = new Template(List.of(results()), new ArrayList<>());
    String text =
        template.fill(
            "{{time calls | madvise | mman}} {{compare calls | @ | mman | C}} {{time x | y | z}}");
    assertEquals("100 ns 2.0 times faster ?\n", text);
  }

  @Test
  void aComparisonGivesAFactorOrAPercentageUnlessNoDifferenceWasFound() {
    assertEquals("3.2 times faster", new Comparison(1 / 3.2, 0.3, 0.32).toString());
    assertEquals("97 times faster", new Comparison(1 / 97.1, 0.01, 0.011).toString());
    assertEquals("4 % slower", new Comparison(1.04, 1.03, 1.05).toString());
    assertEquals("about as fast", new Comparison(1.04, 0.99, 1.05).toString());
  }

  /** A reader sees the typical and the bad case; a table without many turns has no bad case. */
  @Test
  void theTableHasMedianAndPercentile() throws IOException {
    Results results = results();
    results.measurements.getFirst().p99 = 150.0;
    String table = Tables.figures(results.measurements);
    assertTrue(table.contains("| madvise | mman | 100 ns | 150 ns |"), table);
    assertTrue(table.contains("| madvise | C | 200 ns |  |"), table);
  }

  @Test
  void figuresHaveThreeDigitsAndAUnitThatSuits() {
    assertEquals("999 ns", Format.time(999.4));
    assertEquals("1 µs", Format.time(999.6));
    assertEquals("12.3 µs", Format.time(12_345));
    assertEquals("4 KiB", Format.bytes(4096));
    assertEquals("0", Format.digits(0.0001));
  }
}
