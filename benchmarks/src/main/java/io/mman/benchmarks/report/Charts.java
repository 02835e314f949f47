package io.mman.benchmarks.report;

import io.mman.benchmarks.report.ChartSpec.Figure;
import io.mman.benchmarks.report.ChartSpec.Shape;
import java.util.List;

/** The charts of the report. */
final class Charts {
  private static final String TO_MMAN = "Time of mman, divided by that of ";

  static final List<ChartSpec> ALL =
      List.of(
          dots("faults-backing", "First touch of a page, by what it is a page of"),
          ratio("faults-backing", TO_MMAN + "others: first touch of a page"),
          faults("jmh-FirstTouch", "Page faults for each page of 4 KiB (JMH)"),
          turned("faults-preparation", Figure.TIME, "First touch of a page, by what is done first"),
          turned(
              "faults-preparation",
              Figure.FAULTS,
              "Page faults for each page, by what is done first"),
          overBytes("faults-size-anonymous", "First touch of a page, anonymous memory"),
          overBytes("faults-size-file_read", "First touch of a page, file in the page cache"),
          dots("faults-random", "First touch of a page, by the order of the pages"),
          dots("faults-order", "First read of a page of a file, by order, cache and advice"),
          turned("faults-few", Figure.TIME, "Reading a few random pages of a file, not cached"),
          dots("faults-threads", "First touch of a page, by one thread and by two"),
          dots("faults-populate", "Populating a large region, by several threads and by one"),
          dots("calls", "A call on one page"),
          ratio("calls", TO_MMAN + "others: a call on one page"),
          dots("lifetimes-map", "Mapping a file of 1 MiB and unmapping it"),
          ratio("lifetimes-map", TO_MMAN + "others: mapping and unmapping"),
          turned("lifetimes-length", Figure.TIME, "Mapping and unmapping, by query of the length"),
          lines("lifetimes-threads", "Mapping and unmapping, while others wait", "other threads"),
          turned("lifetimes-protect", Figure.TIME, "Narrowing a page's rights and widening them"),
          turned("lifetimes-grow", Figure.TIME, "A log that grows by 1 MiB: a step"),
          lines("lifetimes-live", "Mapping and unmapping one more", "regions alive"),
          turned("reading-sequential", Figure.TIME, "Adding up the longs of a file: a MiB"),
          turned("reading-random", Figure.TIME, "Reading a long of a random page"),
          dots("sync", "Writing changed pages to the disk"),
          ratio("sync", TO_MMAN + "others: writing changed pages"),
          turned("start-wall", Figure.TIME, "A JVM that maps once: until it has ended"),
          turned("start-cpu", Figure.TIME, "A JVM that maps once: processor time"));

  private Charts() {}

  private static ChartSpec dots(String source, String title) {
    return new ChartSpec(source, source, Figure.TIME, Shape.DOTS, title, "");
  }

  private static ChartSpec ratio(String source, String title) {
    return new ChartSpec(source + "-ratio", source, Figure.RATIO, Shape.DOTS, title, "");
  }

  private static ChartSpec faults(String source, String title) {
    return new ChartSpec(source + "-faults", source, Figure.FAULTS, Shape.DOTS, title, "");
  }

  private static ChartSpec turned(String source, Figure figure, String title) {
    String id = figure == Figure.FAULTS ? source + "-faults" : source;
    return new ChartSpec(id, source, figure, Shape.TURNED_DOTS, title, "");
  }

  private static ChartSpec lines(String source, String title, String axis) {
    return new ChartSpec(source, source, Figure.TIME, Shape.LINES, title, axis);
  }

  private static ChartSpec overBytes(String source, String title) {
    return new ChartSpec(
        source, source, Figure.TIME, Shape.LINES_OVER_BYTES, title, "size of the mapping");
  }
}
