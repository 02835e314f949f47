package io.mman.benchmarks.processes;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.benchmarks.CProgram;
import io.mman.benchmarks.Jvm;
import io.mman.benchmarks.measure.Statistics;
import io.mman.ipc.Futex;
import io.mman.ipc.SharedLock;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures a round trip between two processes that sleep until the other one wakes them, and an
 * uncontended lock in shared memory, in Java and in C, which take turns. Prints a table of medians.
 * It needs gcc.
 *
 * <pre>
 * java --enable-native-access=ALL-UNNAMED -cp benchmarks/target/benchmarks.jar \
 *   io.mman.benchmarks.processes.RoundTrips TURNS ROUNDS
 * </pre>
 */
public final class RoundTrips {
  private static final VarHandle INTS = JAVA_INT.varHandle();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int LOCKS = 20_000_000;
  private static final long LOCK = 64;

  private RoundTrips() {}

  public static void main(String... arguments) throws Exception {
    int turns = Integer.parseInt(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    Path folder = Files.createTempDirectory(Path.of("/dev/shm"), "mman");
    double[] java = new double[rounds];
    double[] javaLock = new double[rounds];
    double[] c = new double[rounds];
    double[] cLock = new double[rounds];
    try {
      Path program = CProgram.compile("roundtrips", folder);
      for (int round = 0; round < rounds; round++) {
        List<Double> inC = runC(program, turns);
        c[round] = inC.get(0);
        cLock[round] = inC.get(1);
        List<Double> inJava = runJava(folder, turns);
        java[round] = inJava.get(0);
        javaLock[round] = inJava.get(1);
      }
    } finally {
      for (String name : List.of("roundtrips", "word", "locks")) {
        Files.deleteIfExists(folder.resolve(name));
      }
      Files.delete(folder);
    }
    System.out.println("| ns | mman | C | mman / C |");
    System.out.println("| --- | ---: | ---: | ---: |");
    print("round trip between two processes that sleep", java, c);
    print("uncontended `lock` and `unlock`; in C a robust mutex", javaLock, cLock);
  }

  private static void print(String name, double[] java, double[] c) {
    double ratio = Statistics.median(Statistics.ratios(java, c));
    System.out.printf(
        Locale.ROOT,
        "| %s | %.0f | %.0f | %.2f |%n",
        name,
        Statistics.median(java),
        Statistics.median(c),
        ratio);
  }

  private static List<Double> runC(Path program, int turns)
      throws IOException, InterruptedException {
    String[] words = {program.toString(), Integer.toString(turns), Integer.toString(LOCKS)};
    return run(new ProcessBuilder(words));
  }

  /** Runs a program that prints numbers. */
  private static List<Double> run(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<Double> numbers = process.inputReader().lines().map(Double::parseDouble).toList();
    if (process.waitFor() != 0) {
      throw new IOException("failed: " + builder.command());
    }
    return numbers;
  }

  private static List<Double> runJava(Path folder, int turns)
      throws IOException, InterruptedException {
    Path word = folder.resolve("word");
    Files.deleteIfExists(word);
    try (MappedRegion created = Mapping.file(word).create(4096).mapConfined()) {
      created.populate();
      Process partner = command(word, 1, turns).inheritIO().start();
      List<Double> result = run(command(word, 0, turns));
      if (partner.waitFor() != 0) {
        throw new IOException("the other JVM failed");
      }
      return result;
    }
  }

  private static ProcessBuilder command(Path word, int parity, int turns) {
    List<String> words = new ArrayList<>(List.of("-XX:+UseSerialGC", Side.class.getName()));
    words.addAll(List.of(word.toString(), Integer.toString(parity), Integer.toString(turns)));
    return new ProcessBuilder(Jvm.command(words));
  }

  /** One of the two JVMs. */
  static final class Side {
    private Side() {}

    /** Takes the path of the word, the parity of its turns, and their number. */
    public static void main(String... arguments) throws InterruptedException {
      int parity = Integer.parseInt(arguments[1]);
      int turns = Integer.parseInt(arguments[2]);
      Path path = Path.of(arguments[0]);
      try (MappedRegion region = Mapping.file(path).readWrite().mapShared()) {
        takeTurns(region, parity, turns);
        long start = System.nanoTime();
        takeTurns(region, parity, turns);
        if (parity == 0) {
          System.out.println((System.nanoTime() - start) / (double) turns);
          System.out.println(lockAndUnlock(region, path.resolveSibling("locks")));
        }
      }
    }

    private static void takeTurns(MappedRegion region, int parity, int turns)
        throws InterruptedException {
      Futex word = Futex.at(region, 0);
      for (int turn = 0; turn < turns; turn++) {
        int seen;
        while (((seen = (int) INTS.getAcquire(region.segment(), 0L)) & 1) != parity) {
          word.await(seen, PATIENCE);
        }
        INTS.setRelease(region.segment(), 0L, seen + 1);
        word.wake(1);
      }
    }

    private static double lockAndUnlock(MappedRegion region, Path lockFile) {
      try (SharedLock lock = SharedLock.at(region, LOCK, lockFile)) {
        long start = 0;
        for (int i = 0; i < 2 * LOCKS; i++) {
          start = i == LOCKS ? System.nanoTime() : start;
          lock.lock();
          lock.unlock();
        }
        return (System.nanoTime() - start) / (double) LOCKS;
      }
    }
  }
}
