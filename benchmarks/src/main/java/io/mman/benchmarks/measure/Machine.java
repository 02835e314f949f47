package io.mman.benchmarks.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Describes the machine that the figures were measured on. */
public record Machine(
    String processor,
    int cores,
    long memoryGib,
    String kernel,
    String jdk,
    String disk,
    String hugePages,
    String load) {

  /** Describes the machine that this process runs on. */
  public static Machine here() throws IOException {
    return new Machine(
        value("/proc/cpuinfo", "model name"),
        Runtime.getRuntime().availableProcessors(),
        Math.round(number(value("/proc/meminfo", "MemTotal")) / 1048576.0),
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + ", "
            + System.getProperty("os.arch"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
        fileSystem(Path.of(System.getProperty("java.io.tmpdir"))),
        first("/sys/kernel/mm/transparent_hugepage/enabled"),
        first("/proc/loadavg").replaceAll(" \\S+/.*", ""));
  }

  private static String fileSystem(Path folder) throws IOException {
    return Files.getFileStore(folder).type();
  }

  private static String value(String file, String key) throws IOException {
    return lines(file).stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }

  private static long number(String text) {
    String digits = text.replaceAll("\\D", "");
    return digits.isEmpty() ? 0 : Long.parseLong(digits);
  }

  private static String first(String file) throws IOException {
    return lines(file).stream().findFirst().orElse("unknown");
  }

  private static List<String> lines(String file) throws IOException {
    Path path = Path.of(file);
    return Files.isReadable(path) ? Files.readAllLines(path) : List.of();
  }
}
