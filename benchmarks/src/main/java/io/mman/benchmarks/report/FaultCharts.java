package io.mman.benchmarks.report;

import static io.mman.benchmarks.report.ChartSpec.bars;
import static io.mman.benchmarks.report.ChartSpec.chart;

import io.mman.benchmarks.report.ChartSpec.Form;
import java.util.List;

/** The charts of the sections on page faults and calls. */
final class FaultCharts {
  static final List<ChartSpec> ALL =
      List.of(
          chart(
                  Form.DOTS,
                  "faults-backing",
                  "The first access to new memory is"
                      + " {{than faults-backing | anonymous, private | mman"
                      + " | disk file, read | mman}} to a cached file",
                  "First access to a page, time per page; the figures are those of mman")
              .series("mman", "C", "FileChannel.map", "Arena.allocate", "allocateDirect"),
          bars(
                  "faults-preparation",
                  "With huge pages, the first access to new memory is"
                      + " {{compare faults-preparation | anonymous, private | hugePages()"
                      + " | no preparation}}",
                  "Anonymous memory, first access to each page, time per 4 KiB")
              .rows("anonymous, private")
              .series(
                  "no preparation > mman, no preparation",
                  "populate() > mman, populate()",
                  "hugePages() > mman, hugePages()",
                  "hugePages().populate() > mman, hugePages().populate()",
                  "HUGETLB > mman, pool of huge pages (HUGETLB)",
                  "C, no preparation",
                  "C, MAP_POPULATE",
                  "C, MADV_HUGEPAGE"),
          bars(
                  "faults-preparation-file",
                  "With populate(), a scan of a file in the page cache is"
                      + " {{compare faults-preparation | disk file, read | populate()"
                      + " | no preparation}}",
                  "Cached file, first access to each page, time per page")
              .from("faults-preparation")
              .rows("disk file, read")
              .series(
                  "no preparation > mman, no preparation",
                  "SEQUENTIAL > mman, advise(SEQUENTIAL)",
                  "RANDOM > mman, advise(RANDOM)",
                  "WILLNEED > mman, advise(WILLNEED)",
                  "populate() > mman, populate()",
                  "POPULATE_READ > mman, advise(POPULATE_READ)",
                  "MAP_POPULATE > mman, MAP_POPULATE"),
          bars(
                  "faults-populate",
                  "populate() with several threads is"
                      + " {{than faults-populate | @ | mman | Mman.madvise}} one madvise",
                  "Populating a large region, time per page")
              .series("mman > mman, populate()", "Mman.madvise", "C > C, madvise"),
          chart(
                  Form.LINES_OVER_BYTES,
                  "faults-size-anonymous",
                  "Arena.allocate reuses memory: 64 KiB are"
                      + " {{than faults-size-anonymous | 64 KiB | Arena.allocate | mman}}"
                      + " a new mapping, 1 MiB"
                      + " {{compare faults-size-anonymous | 1 MiB | Arena.allocate | mman}}",
                  "First access to the pages of anonymous memory",
                  "size of the mapping")
              .series("mman", "C", "Arena.allocate", "allocateDirect"),
          chart(
                  Form.LINES_OVER_BYTES,
                  "faults-size-file_read",
                  "A page of a cached file costs {{time faults-size-file_read | 4 KiB | mman}} if"
                      + " mapped alone, {{time faults-size-file_read | 64 MiB | mman}} among 64"
                      + " MiB",
                  "First access to the pages of a cached file",
                  "size of the mapping")
              .series("mman", "C", "FileChannel.map", "FileChannel.map, load()"),
          bars(
                  "faults-order",
                  "With advise(RANDOM), a scan of a file from disk is"
                      + " {{compare faults-order | sequential, cold | RANDOM | no preparation}}",
                  "First read of each page of a file that is not in memory, time per page")
              .rows("sequential, cold > in sequence", "random, cold > all pages in random order")
              .series(
                  "no preparation > mman, no advice",
                  "SEQUENTIAL > mman, advise(SEQUENTIAL)",
                  "WILLNEED > mman, advise(WILLNEED)",
                  "populate() > mman, populate()",
                  "RANDOM > mman, advise(RANDOM)",
                  "C, no preparation > C, no advice"),
          bars(
                  "faults-few",
                  "With advise(RANDOM), reading a few pages from disk is"
                      + " {{compare faults-few | @ | RANDOM | no advice}}",
                  "100 random pages of a large file that is not in memory, time per page read")
              .series(
                  "no advice > mman, no advice",
                  "WILLNEED > mman, advise(WILLNEED)",
                  "RANDOM > mman, advise(RANDOM)"),
          chart(
                  Form.DOTS,
                  "calls",
                  "A call takes {{range calls-beyond-c | mman}} longer than in C,"
                      + " and {{range calls-beyond-c | JNA}} longer by JNA",
                  "Time of a call, less that of the same call in C; the figures are those of mman")
              .from(Derived.BEYOND_C)
              .series("mman", "bare FFM handle", "OpenHFT Posix", "JNA"));

  private FaultCharts() {}
}
