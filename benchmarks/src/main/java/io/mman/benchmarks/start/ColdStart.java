package io.mman.benchmarks.start;

import io.mman.benchmarks.Effort;
import io.mman.benchmarks.Jvm;
import io.mman.benchmarks.measure.Turns;
import io.mman.benchmarks.measure.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Measures whole JVMs that map once, started in turns. */
public final class ColdStart {
  private static final Map<String, String> WAYS = new LinkedHashMap<>();
  private static final Map<String, String> HELP = new LinkedHashMap<>();

  static {
    WAYS.put("mman", "mman");
    WAYS.put("bean", "mman, with its bean");
    WAYS.put("surviving", "mman, surviving");
    WAYS.put("facade", "Mman.mmap");
    WAYS.put("ffm", "bare FFM handles");
    WAYS.put("shape", "bare FFM, one shape");
    WAYS.put("channel", "FileChannel.map");
    WAYS.put("jna", "JNA");
    WAYS.put("openhft", "OpenHFT Posix");
    WAYS.put("nothing", "empty main method");
    HELP.put("plain", "");
    HELP.put("CDS archive", "-XX:SharedArchiveFile=");
    HELP.put("AOT cache", "-XX:AOTCache=");
  }

  private static final int ATTEMPTS = 3;

  private final Path folder;
  private final Path file;
  private final List<Start> starts = new ArrayList<>();

  private ColdStart(Path folder) throws IOException {
    this.folder = folder;
    file = Files.write(folder.resolve("file"), new byte[4096]);
  }

  /** A JVM command, and the measured starts of it. */
  private static final class Start {
    final String way;
    final String help;
    final List<String> command;
    final List<double[]> turns = new ArrayList<>();

    Start(String way, String help, List<String> command) {
      this.way = way;
      this.help = help;
      this.command = command;
    }
  }

  public static List<Turns> run(Effort effort) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("start");
    try {
      ColdStart coldStart = new ColdStart(folder);
      coldStart.prepare();
      for (int i = -1; i < effort.starts; i++) {
        System.out.printf("  round %d of %d%n", i + 1, effort.starts);
        coldStart.round(i);
      }
      return coldStart.results();
    } finally {
      delete(folder);
    }
  }

  /** Makes each program write its archives, as its user would. */
  private void prepare() throws IOException, InterruptedException {
    for (String way : WAYS.keySet()) {
      System.out.println("  archives of " + WAYS.get(way));
      String cds = folder.resolve(way + ".jsa").toString();
      String aot = folder.resolve(way + ".aot").toString();
      write(way, "-XX:ArchiveClassesAtExit=" + cds);
      write(way, "-XX:AOTCacheOutput=" + aot);
      starts.add(new Start(way, "plain", command(way)));
      starts.add(new Start(way, "CDS archive", command(way, HELP.get("CDS archive") + cds)));
      starts.add(new Start(way, "AOT cache", command(way, HELP.get("AOT cache") + aot)));
    }
  }

  /**
   * Writes an archive. JDK 25 can crash when it does this at exit while a daemon thread still links
   * a lambda. The next attempt usually succeeds.
   */
  private void write(String way, String option) throws IOException, InterruptedException {
    int exit = -1;
    for (int i = 0; i < ATTEMPTS && exit != 0; i++) {
      exit = execute(command(way, option));
      if (exit != 0) {
        System.out.println("  " + option + " ended with " + exit);
      }
    }
    require(exit, way + " with " + option);
  }

  private List<String> command(String way, String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    if (way.equals("bean")) {
      arguments.add("-Dio.mman.jmx=true");
    }
    arguments.addAll(List.of(StartMain.class.getName(), way, file.toString()));
    return Jvm.command(arguments);
  }

  private static int execute(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
    }
    return process.waitFor();
  }

  private static void require(int exit, String way) {
    if (exit != 0) {
      throw new IllegalStateException(way + " ended with " + exit);
    }
  }

  private void round(int number) throws IOException, InterruptedException {
    for (int i = 0; i < starts.size(); i++) {
      Start start = starts.get((i + Math.max(0, number)) % starts.size());
      Usage before = Usage.ofChildren();
      long begin = System.nanoTime();
      int exit = execute(start.command);
      double nanos = System.nanoTime() - begin;
      Usage used = Usage.ofChildren().since(before);
      require(exit, start.way);
      if (number >= 0) {
        start.turns.add(
            new double[] {nanos, used.cpuNanos(), used.minorFaults(), used.majorFaults()});
      }
    }
  }

  private List<Turns> results() {
    List<Turns> results = new ArrayList<>();
    for (String help : HELP.keySet()) {
      results.add(turns("start-wall", help, 0));
      results.add(turns("start-cpu", help, 1));
    }
    return results;
  }

  private Turns turns(String chart, String help, int column) {
    List<Turns.Series> series =
        starts.stream()
            .filter(start -> start.help.equals(help))
            .map(
                start ->
                    new Turns.Series(
                        WAYS.get(start.way),
                        column(start, column),
                        column(start, 2),
                        column(start, 3),
                        new double[0]))
            .toList();
    return new Turns(chart, help, 0, "start", "mman", series, List.of());
  }

  private static double[] column(Start start, int number) {
    return start.turns.stream().mapToDouble(turn -> turn[number]).toArray();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
