package io.mman.benchmarks.report;

import io.mman.benchmarks.measure.Measurement;
import io.mman.benchmarks.measure.Results;
import java.util.List;
import java.util.Locale;

/** What takes the library longer than others, by more than noise, and why. */
final class Behind {
  /** As near to C as the fault path shall be. */
  private static final double GOAL = 1.02;

  private static final List<Reason> REASONS =
      List.of(
          new Reason(
              "start-.*",
              "an empty main|FileChannel.map",
              "the classes of `java.lang.foreign` and its method handles, which `FileChannel` does"
                  + " not use: an AOT cache holds most of them"),
          new Reason(
              "start-.*",
              ".*",
              "a file is opened, mapped and watched over, where the others map memory: compare"
                  + " *facade only*; the bean is registered by a thread beside it"
                  + " (`-Dio.mman.jmx=false`)"),
          new Reason(
              "faults-size-anonymous",
              "Arena.allocate|allocateDirect",
              "`malloc` gives out pages that have been touched before: no page fault"),
          new Reason(
              "lifetimes-(map|threads|live)",
              "C",
              "C neither asks how long the file is nor keeps a region, and nothing stops a thread"
                  + " that uses what is unmapped; for all threads it takes a hand-shake with each"),
          new Reason(
              "lifetimes-threads",
              "mman, confined",
              "the hand-shake with each thread, which a region of one thread does not need"),
          new Reason(
              "lifetimes-grow",
              "C.*",
              "asks before each step whether the file reaches so far: pages behind its end would"
                  + " be a SIGBUS"),
          new Reason(
              "faults-.*",
              "C.*",
              "the region's objects and, of a file, a question for its length, which its pages"
                  + " share; and the checks of each access in Java, with any way to map"),
          new Reason(
              "calls|lifetimes-protect",
              "C|bare FFM handle",
              "a downcall that saves errno: the bare handle takes 10 to 40 ns more than C; the rest"
                  + " are the checks of arguments and, of mmap and mremap, the segment returned"),
          new Reason(
              "reading-random",
              "FileChannel.read",
              "it reads the page that is wanted, where a fault reads those around it as well:"
                  + " compare *RANDOM*; and of a page that is read once, a fault costs more than"
                  + " a call that copies eight bytes"));

  private Behind() {}

  private record Reason(String chart, String series, String text) {
    boolean fits(Measurement m) {
      return m.chart.matches(chart) && m.series.matches(series);
    }
  }

  /** Returns the rows of a section, or that there is none. */
  static String table(Results section) {
    List<Measurement> behind = section.measurements.stream().filter(Behind::isBehind).toList();
    if (behind.isEmpty()) {
      return "Nothing was faster than the library by more than 2 % and noise.";
    }
    StringBuilder table =
        new StringBuilder(
            "Faster than the library by more than 2 % and noise, and why, as rows compared tell, no"
                + " profiler:\n\n");
    table.append("| | | mman ÷ this | because |\n| --- | --- | --- | --- |\n");
    for (Measurement m : behind) {
      String ratio = Format.ratio(m.ratio);
      table.append("| %s | %s | %s | %s |\n".formatted(m.row, m.series, ratio, reason(m)));
    }
    return table.toString();
  }

  /** The bounds of the ratio are above the goal; the library's own ways are no rivals. */
  private static boolean isBehind(Measurement m) {
    return m.hero != null
        && m.hero.toLowerCase(Locale.ROOT).startsWith("mman")
        && !m.series.toLowerCase(Locale.ROOT).startsWith("mman")
        && !m.series.startsWith("MappedRegion")
        && !m.series.endsWith(", sequential") // beside the same in random order
        && m.ratioLow > GOAL;
  }

  private static String reason(Measurement m) {
    return REASONS.stream()
        .filter(reason -> reason.fits(m))
        .findFirst()
        .map(Reason::text)
        .orElse("not known");
  }
}
