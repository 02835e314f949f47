package io.mman.benchmarks.report;

import io.mman.benchmarks.report.ChartSpec.Figure;
import io.mman.benchmarks.report.ChartSpec.Shape;
import java.util.List;

/** The charts of the report. */
final class Charts {
  private static final String RATIO = "Time of mman divided by the time of the others: ";

  static final List<ChartSpec> ALL =
      List.of(
          dots("faults-backing", "First access to a page, by kind of memory"),
          turned("faults-preparation", Figure.TIME, "First access to a page, by preparation"),
          overBytes("faults-size-anonymous", "First access to a page of anonymous memory, by size"),
          overBytes("faults-size-file_read", "First access to a page of a cached file, by size"),
          dots("faults-order", "First read of a file's page, by order, page cache and advice"),
          turned("faults-few", Figure.TIME, "Reading a few random pages of an uncached file"),
          dots("faults-populate", "Populating a large region, by several threads and by one"),
          dots("calls", "System calls on one page"),
          ratio("calls", RATIO + "system calls on one page"),
          dots("lifetimes-map", "Mapping and unmapping a file of 1 MiB"),
          turned("lifetimes-length", Figure.TIME, "Mapping and unmapping, by query of the length"),
          lines("lifetimes-threads", "Mapping and unmapping while threads wait", "waiting threads"),
          turned("lifetimes-protect", Figure.TIME, "Changing the protection of a page and back"),
          turned("lifetimes-grow", Figure.TIME, "Growing a log by 1 MiB"),
          lines("lifetimes-live", "Mapping and unmapping with many live regions", "live regions"),
          turned("reading-sequential", Figure.TIME, "Summing up the longs of a file"),
          turned("reading-random", Figure.TIME, "Reading a long of a random page"),
          dots("sync", "Writing changed pages to the disk"),
          dots("survival-access", "Reading accessed pages of a region that survives bus errors"),
          dots("survival-map", "Mapping and unmapping a region that survives bus errors"),
          dots("survival-faults", "First access to a page that is lost"),
          turned("prefetch-cold", Figure.TIME, "Reading random pages that are not in memory"),
          turned("start-wall", Figure.TIME, "A JVM that maps once: elapsed time"),
          turned("start-cpu", Figure.TIME, "A JVM that maps once: processor time"));

  private Charts() {}

  private static ChartSpec dots(String source, String title) {
    return new ChartSpec(source, source, Figure.TIME, Shape.DOTS, title, "");
  }

  private static ChartSpec ratio(String source, String title) {
    return new ChartSpec(source + "-ratio", source, Figure.RATIO, Shape.DOTS, title, "");
  }

  private static ChartSpec turned(String source, Figure figure, String title) {
    return new ChartSpec(source, source, figure, Shape.TURNED_DOTS, title, "");
  }

  private static ChartSpec lines(String source, String title, String axis) {
    return new ChartSpec(source, source, Figure.TIME, Shape.LINES, title, axis);
  }

  private static ChartSpec overBytes(String source, String title) {
    return new ChartSpec(
        source, source, Figure.TIME, Shape.LINES_OVER_BYTES, title, "size of the mapping");
  }
}
