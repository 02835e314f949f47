package io.mman.benchmarks.processes;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.benchmarks.Jvm;
import io.mman.benchmarks.measure.Statistics;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * Measures how two JVMs exchange messages of 32 bytes, and prints a table: messages a second in one
 * direction, the time of a round trip, and the processor time of a JVM that waits for a message.
 * The transports take turns; each turn starts a new JVM. The figures are medians over the rounds.
 *
 * <pre>
 * java --enable-native-access=ALL-UNNAMED \
 *   --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED \
 *   -cp benchmarks/target/benchmarks.jar io.mman.benchmarks.processes.Messaging SECONDS ROUNDS
 * </pre>
 */
public final class Messaging {
  static final String THERE = "there";
  static final String BACK = "back";

  private static final double NANOS = 1e9;
  private static final int CHUNK = 1000;
  private static final long IDLE_MILLIS = 10_000;

  /** What one turn has measured. */
  private record Turn(double perSecond, double p50, double p99, double idle) {}

  private final Link out;
  private final Link in;
  private final MemorySegment message;

  private Messaging(Link out, Link in, MemorySegment message) {
    this.out = out;
    this.in = in;
    this.message = message;
  }

  public static void main(String... arguments) throws Exception {
    double seconds = Double.parseDouble(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    List<List<Turn>> turns = new ArrayList<>();
    for (Transport transport : Transport.values()) {
      turns.add(new ArrayList<>());
    }
    for (int round = 0; round < rounds; round++) {
      for (Transport transport : Transport.values()) {
        turns.get(transport.ordinal()).add(turn(transport, seconds));
      }
    }
    print(turns);
  }

  private static Turn turn(Transport transport, double seconds) throws Exception {
    Path folder = Files.createTempDirectory(Path.of("/dev/shm"), "mman");
    for (String direction : List.of(THERE, BACK)) {
      transport.prepare(folder, direction);
    }
    Process partner = start(transport, folder);
    try (Link out = transport.open(folder, THERE, true);
        Link in = transport.open(folder, BACK, false);
        Arena arena = Arena.ofConfined()) {
      return new Messaging(out, in, arena.allocate(Link.MESSAGE, JAVA_LONG.byteSize()))
          .measure(seconds);
    } finally {
      if (partner.waitFor() != 0) {
        throw new IOException("the other JVM failed");
      }
      for (String direction : List.of(THERE, BACK)) {
        transport.remove(folder, direction);
      }
      Files.delete(folder);
    }
  }

  private static Process start(Transport transport, Path folder) throws IOException {
    List<String> words = new ArrayList<>(Jvm.FOR_PEERS);
    words.add("-XX:+UseSerialGC");
    words.addAll(List.of(Partner.class.getName(), transport.name(), folder.toString()));
    return new ProcessBuilder(Jvm.command(words)).inheritIO().start();
  }

  private Turn measure(double seconds) throws Exception {
    throughput(seconds / 2); // warms up
    roundTrips(seconds / 2);
    double perSecond = throughput(seconds);
    Histogram times = roundTrips(seconds);
    double idle = idle();
    ask(Partner.END);
    return new Turn(
        perSecond, times.getValueAtPercentile(50), times.getValueAtPercentile(99), idle);
  }

  private double throughput(double seconds) throws Exception {
    long start = System.nanoTime();
    long count = 0;
    while (System.nanoTime() - start < seconds * NANOS) {
      message.set(JAVA_LONG, 0, Partner.DATA);
      for (int i = 0; i < CHUNK; i++) {
        out.send(message);
      }
      count += CHUNK;
    }
    ask(Partner.PING); // answered once all have arrived
    return count / ((System.nanoTime() - start) / NANOS);
  }

  private Histogram roundTrips(double seconds) throws Exception {
    Histogram times = new Histogram(3);
    long start = System.nanoTime();
    long before = start;
    while (before - start < seconds * NANOS) {
      ask(Partner.PING);
      long now = System.nanoTime();
      times.recordValue(now - before);
      before = now;
    }
    return times;
  }

  /** Returns the part of a processor that the other JVM uses while it waits. */
  private double idle() throws Exception {
    long before = ask(Partner.IDLE);
    long start = System.nanoTime();
    Thread.sleep(IDLE_MILLIS);
    long after = ask(Partner.IDLE);
    return (after - before) / (double) (System.nanoTime() - start);
  }

  /** Sends a message and waits for the answer, which has the processor time of the other JVM. */
  private long ask(long kind) throws Exception {
    message.set(JAVA_LONG, 0, kind);
    out.send(message);
    in.receive(message);
    return message.get(JAVA_LONG, JAVA_LONG.byteSize());
  }

  private static void print(List<List<Turn>> turns) {
    System.out.println(
        "| messages of 32 bytes | messages a second | round trip, median | 99 % |"
            + " processor while idle |");
    System.out.println("| --- | ---: | ---: | ---: | ---: |");
    for (Transport transport : Transport.values()) {
      List<Turn> measured = turns.get(transport.ordinal());
      System.out.printf(
          Locale.ROOT,
          "| %s | %.2f million | %.1f us | %.1f us | %.2f %% |%n",
          transport.text,
          median(measured.stream().mapToDouble(Turn::perSecond).toArray()) / 1e6,
          median(measured.stream().mapToDouble(Turn::p50).toArray()) / 1000,
          median(measured.stream().mapToDouble(Turn::p99).toArray()) / 1000,
          median(measured.stream().mapToDouble(Turn::idle).toArray()) * 100);
    }
  }

  private static double median(double[] values) {
    return Statistics.median(values);
  }
}
