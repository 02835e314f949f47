package io.mman.benchmarks.report;

import static io.mman.benchmarks.report.ChartSpec.bars;
import static io.mman.benchmarks.report.ChartSpec.chart;

import io.mman.benchmarks.report.ChartSpec.Form;
import java.util.List;

/** The charts of the sections on lifetimes. */
final class LifetimeCharts {
  private static final String CONFINED = "mman, confined";

  static final List<ChartSpec> ALL =
      List.of(
          bars(
                  "lifetimes-map",
                  "Map and close: {{time lifetimes-map | shared | mman}} if shared,"
                      + " {{time lifetimes-map | shared, 100 per arena | mman}} in a group of 100,"
                      + " {{time lifetimes-map | confined | mman}} if confined",
                  "Mapping and unmapping 1 MiB of an open file, time for both")
              .rows("confined > confined to a thread", "shared", "shared, 100 per arena")
              .series("mman", "FileChannel.map", "C"),
          bars(
                  "lifetimes-length",
                  "A mapping that asks for the file's length is"
                      + " {{than lifetimes-length | @ | mman | C, lseek}} the same calls in C",
                  "Mapping and unmapping a range of an open file, time for both")
              .series(
                  "mman",
                  "mman, after fd()",
                  "C, lseek",
                  "C, fstat",
                  "Mman.mmap, length not asked",
                  "C, length not asked"),
          chart(
                  Form.LINES,
                  "lifetimes-threads",
                  "Map and close beside 200 waiting threads:"
                      + " {{time lifetimes-threads | 200 threads waiting | mman}} if shared,"
                      + " {{time lifetimes-threads | 200 threads waiting | mman, confined}}"
                      + " if confined",
                  "Mapping and closing a region of a file",
                  "waiting threads")
              .series("mman > mman, shared", "FileChannel.map > FileChannel.map, shared", CONFINED),
          bars(
                  "lifetimes-protect",
                  "Changing the protection of a shared region is {{than lifetimes-protect | @ |"
                      + " MappedRegion, shared | MappedRegion, confined}} that of a confined one",
                  "Changing the protection of a page to READ and back, time for both")
              .series(
                  "MappedRegion, shared > mman, shared",
                  "MappedRegion, confined > " + CONFINED,
                  "Mman.mprotect",
                  "C"),
          bars(
                  "lifetimes-grow",
                  "A log grows in its reservation"
                      + " {{than lifetimes-grow | @ | mman | FileChannel.map, whole file}}"
                      + " FileChannel.map maps it anew",
                  "Growing a log by 1 MiB with ftruncate and a first store, time per step")
              .series(
                  "mman > mman, reserved: views stay valid",
                  "mman, no reservation > mman, a new region per step",
                  "FileChannel.map, whole file",
                  "C > C, reserved",
                  "C, no reservation > C, a new mapping per step"),
          chart(
                  Form.LINES,
                  "lifetimes-live",
                  "Beside 10,000 live regions, a new mapping is"
                      + " {{than lifetimes-live | 10000 live regions | mman"
                      + " | 1 live region | mman}} beside one",
                  "Mapping and unmapping 1 MiB of an open file",
                  "live regions")
              .series("mman", "FileChannel.map", "C"));

  private LifetimeCharts() {}
}
