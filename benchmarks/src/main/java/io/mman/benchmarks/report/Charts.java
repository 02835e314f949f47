package io.mman.benchmarks.report;

import static io.mman.benchmarks.report.ChartSpec.bars;
import static io.mman.benchmarks.report.ChartSpec.chart;

import io.mman.benchmarks.report.ChartSpec.Form;
import java.util.List;
import java.util.stream.Stream;

/** The charts of the report. Each shows one finding; the tables have all figures. */
final class Charts {
  private static final ChartSpec WHY =
      chart(
              Form.FACTORS,
              "why",
              "Random pages from disk: {{than prefetch-cold | 32 pages | prefetch |"
                  + " MappedByteBuffer}} FileChannel.map",
              "How many times faster mman is than FileChannel.map at the same job")
          .series("mman");

  private static final List<ChartSpec> READING =
      List.of(
          bars(
                  "reading-sequential",
                  "A cached file is read {{than reading-sequential | cached | mman"
                      + " | FileChannel.read}} by FileChannel.read",
                  "Summing up the longs of a file in the page cache, time per MiB")
              .rows("cached")
              .series(
                  "mman",
                  "mman, bulk copy",
                  "mman, fault-proof read",
                  "FileChannel.map",
                  "FileChannel.read",
                  "MappedByteBuffer",
                  "Agrona",
                  "Chronicle Bytes",
                  "C"),
          bars(
                  "reading-random",
                  "Once mapped, a page is read"
                      + " {{than reading-random | mapped | mman | FileChannel.read}}"
                      + " by FileChannel.read",
                  "Reading a long of a random page that has been accessed before, time per read")
              .rows("mapped")
              .series(
                  "mman",
                  "mman, bulk copy",
                  "mman, fault-proof read",
                  "FileChannel.map",
                  "FileChannel.read",
                  "MappedByteBuffer",
                  "Agrona",
                  "Chronicle Bytes",
                  "C"),
          chart(
                  Form.LOG_DOTS,
                  "sync",
                  "A changed page reaches the disk in {{time sync | 1 page changed | mman}}, by"
                      + " FileChannel.force in {{time sync | 1 page changed | FileChannel.force}}",
                  "Writing the changed pages of a mapped file to the disk, time per call;"
                      + " the figures are those of mman")
              .series("mman", "C", "FileChannel.force", "MappedByteBuffer.force"),
          bars(
                  "prefetch-cold",
                  "prefetch of 1000 random pages is"
                      + " {{than prefetch-cold | 1000 pages | prefetch | FileChannel.read}}"
                      + " FileChannel.read and"
                      + " {{than prefetch-cold | 1000 pages | prefetch | MappedByteBuffer}}"
                      + " FileChannel.map",
                  "Reading random pages of a file that is not in memory, time per page")
              .rows("1000 pages")
              .series(
                  "prefetch > mman, prefetch",
                  "prefetch, RANDOM > mman, prefetch and advise(RANDOM)",
                  "RANDOM > mman, advise(RANDOM)",
                  "NativeFile.read > mman, NativeFile.read",
                  "no advice > mman, no advice",
                  "FileChannel.read",
                  "MappedByteBuffer > FileChannel.map",
                  "Agrona",
                  "Chronicle Bytes",
                  "C, WILLNEED",
                  "C, pread"));

  private static final List<ChartSpec> SURVIVAL =
      List.of(
          chart(
                  Form.DOTS,
                  "survival-map",
                  "Mapping a region that survives bus errors takes"
                      + " {{range survival-map-beyond-plain | surviving}} longer",
                  "Mapping and unmapping, time for both; the figures are those of surviving"
                      + " regions")
              .series("surviving > mman, surviving", "plain > mman"),
          chart(
                  Form.DOTS,
                  "survival-faults",
                  "A lost page is replaced in {{range survival-faults | mman}},"
                      + " by a handler in C in {{range survival-faults | C}}",
                  "First access to a page that is lost, time per page;"
                      + " the figures are those of mman")
              .series("mman > mman, surviving", "C"));

  private static final List<ChartSpec> START =
      List.of(
          bars(
                  "start-wall",
                  "With an AOT cache, a JVM that maps a file starts"
                      + " {{than start-wall | AOT cache | mman | plain | mman}} without",
                  "A JVM that maps once and ends, elapsed time")
              .rows("plain > no archive", "CDS archive", "AOT cache")
              .series("mman", "bare FFM, one shape", "JNA", "FileChannel.map", "empty main method"),
          bars(
                  "start-cpu",
                  "A JVM that maps once takes {{time start-cpu | plain | mman}} of processor time,"
                      + " {{time start-cpu | plain | FileChannel.map}} with FileChannel.map",
                  "A JVM without an archive that maps once and ends")
              .rows("plain")
              .series(
                  "mman",
                  "mman, surviving",
                  "mman, with its bean > mman, with its JMX bean",
                  "Mman.mmap",
                  "bare FFM, one shape",
                  "bare FFM handles",
                  "FileChannel.map",
                  "JNA",
                  "OpenHFT Posix",
                  "empty main method"));

  static final List<ChartSpec> ALL =
      Stream.of(List.of(WHY), FaultCharts.ALL, LifetimeCharts.ALL, READING, SURVIVAL, START)
          .flatMap(List::stream)
          .toList();

  private Charts() {}
}
