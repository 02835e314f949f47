package io.mman.benchmarks.contests;

import io.mman.NativeFile;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;

/**
 * Reads random pages of a file with several threads and each of several ways, which take turns in
 * random order, and prints throughput and latencies. {@link LargerThanMemory} starts it.
 */
public final class RandomReads {
  private static final int DIGITS = 3;

  /** The part of a turn that is not recorded. */
  private static final int WARM_UP = 4;

  private final Path path;
  private final long memoryBytes;
  private final long nanos;
  private final Map<String, Histogram> latencies = new LinkedHashMap<>();
  private final Map<String, List<Double>> rates = new LinkedHashMap<>();

  private RandomReads(Path path, long memoryBytes, double seconds) {
    this.path = path;
    this.memoryBytes = memoryBytes;
    this.nanos = (long) (seconds * 1e9);
  }

  public static void main(String... arguments) throws Exception {
    RandomReads reads =
        new RandomReads(
            Path.of(arguments[0]),
            Long.parseLong(arguments[1]) << 20,
            Double.parseDouble(arguments[2]));
    int rounds = Integer.parseInt(arguments[3]);
    System.out.println("| threads | way | pages/s | p50 | p99 | p99.9 | latency of |");
    System.out.println("| ---: | --- | ---: | ---: | ---: | ---: | --- |");
    for (String threads : Arrays.copyOfRange(arguments, 4, arguments.length)) {
      reads.compare(Integer.parseInt(threads), rounds);
    }
  }

  private void compare(int threads, int rounds) throws Exception {
    latencies.clear();
    rates.clear();
    Random chance = new Random(1);
    for (int i = 0; i < rounds; i++) {
      List<Way> order = new ArrayList<>(List.of(Way.values()));
      Collections.shuffle(order, chance);
      for (Way way : order) {
        turn(way, threads);
      }
    }
    for (Way way : Way.values()) {
      print(way, threads);
    }
  }

  private void turn(Way way, int threads) throws Exception {
    Histogram all = latencies.computeIfAbsent(way.label, any -> new Histogram(DIGITS));
    try (NativeFile file = NativeFile.open(path, StandardOpenOption.READ);
        Way.Opened opened = way.open(file, memoryBytes)) {
      List<Worker> workers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        workers.add(new Worker(opened.newReader(), file.size() / Reader.PAGE, i));
      }
      workers.forEach(Thread::start);
      double rate = 0;
      for (Worker worker : workers) {
        worker.join();
        worker.requireSuccess();
        all.add(worker.histogram);
        rate += worker.pages * 1e9 / worker.recordedNanos;
      }
      rates.computeIfAbsent(way.label, any -> new ArrayList<>()).add(rate);
    }
  }

  private void print(Way way, int threads) {
    Histogram histogram = latencies.get(way.label);
    double[] sorted = rates.get(way.label).stream().mapToDouble(r -> r).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "| %d | %s | %,.0f | %s | %s | %s | %s |%n",
        threads,
        way.label,
        sorted[sorted.length / 2],
        micros(histogram, 50),
        micros(histogram, 99),
        micros(histogram, 99.9),
        way.batch == 1 ? "a page" : "a window of " + way.batch);
  }

  private static String micros(Histogram histogram, double percentile) {
    return String.format(Locale.ROOT, "%,.1f us", histogram.getValueAtPercentile(percentile) / 1e3);
  }

  /** A thread that reads as many windows of pages as it can. */
  private final class Worker extends Thread {
    private final Way.PageReader reader;
    private final SplittableRandom random;
    private final long pagesOfFile;
    private final Histogram histogram = new Histogram(DIGITS);
    private long pages;
    private long recordedNanos;
    private long sum;
    private Throwable failure;

    Worker(Way.PageReader reader, long pagesOfFile, int seed) {
      this.reader = reader;
      this.pagesOfFile = pagesOfFile;
      this.random = new SplittableRandom(seed);
    }

    @Override
    public void run() {
      try {
        read();
      } catch (Throwable e) {
        failure = e;
      }
    }

    private void read() throws Exception {
      long[] offsets = new long[reader.batch()];
      long begin = System.nanoTime() + nanos / WARM_UP;
      long end = System.nanoTime() + nanos;
      long now = System.nanoTime();
      while (now < end) {
        for (int i = 0; i < offsets.length; i++) {
          offsets[i] = random.nextLong(pagesOfFile) * Reader.PAGE;
        }
        long start = System.nanoTime();
        sum += reader.sum(offsets);
        now = System.nanoTime();
        if (start >= begin) {
          histogram.recordValue(now - start);
          pages += offsets.length;
          recordedNanos += now - start;
        }
      }
      Touch.sink = sum;
    }

    void requireSuccess() {
      if (failure != null) {
        throw new IllegalStateException(failure);
      }
    }
  }
}
