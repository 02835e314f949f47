package io.mman.benchmarks.changes;

import io.mman.benchmarks.measure.Statistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures how long it takes to replace random pages and to bring all of them to the disk, and
 * prints a table. The stores take turns, and get the same pages. All are files in one folder.
 *
 * <pre>
 * java --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
 *   --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED \
 *   -cp benchmarks/target/benchmarks.jar \
 *   io.mman.benchmarks.changes.Commits FOLDER MIB PAGES:ROUNDS...
 * </pre>
 */
public final class Commits {
  private static final int BATCH = 16_384;
  private static final int WARM_UP = 10; // a tenth of the rounds
  private static final double MICRO = 1e3;

  /** How long a turn took, and its last call alone, in nanoseconds. */
  private record Turn(long all, long commit) {}

  private final int pages;
  private final int[] rounds;
  private final Pages random;
  private final Stamps stamps = new Stamps();
  private final Map<Store.Kind, Store> stores = new EnumMap<>(Store.Kind.class);
  private int round;

  private Commits(int pages) {
    this.pages = pages;
    this.rounds = new int[pages];
    this.random = new Pages(pages);
  }

  public static void main(String... arguments) throws Exception {
    Path folder = Files.createTempDirectory(Path.of(arguments[0]), "commits");
    int pages = Math.toIntExact((Long.parseLong(arguments[1]) << 20) / Store.PAGE);
    System.out.println(Files.getFileStore(folder));
    Commits commits = new Commits(pages);
    try {
      commits.open(folder);
      System.out.println("| changed pages | rounds | way | p50 | p99 | its last call, p50 |");
      System.out.println("| ---: | ---: | --- | ---: | ---: | ---: |");
      for (String sizes : Arrays.asList(arguments).subList(2, arguments.length)) {
        String[] numbers = sizes.split(":");
        commits.run(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
      }
      commits.verify();
    } finally {
      commits.close();
      delete(folder);
    }
  }

  /** Creates the stores, and puts all pages. */
  private void open(Path folder) throws Exception {
    for (Store.Kind kind : Store.Kind.values()) {
      Store store = kind.open(folder, pages);
      stores.put(kind, store);
      for (int page = 0; page < pages; page++) {
        store.put(page, stamps.of(page, 0));
        if (page % BATCH == BATCH - 1 || page == pages - 1) {
          store.commit();
        }
      }
    }
  }

  private void run(int count, int times) throws Exception {
    Map<Store.Kind, List<Turn>> turns = new EnumMap<>(Store.Kind.class);
    stores.keySet().forEach(kind -> turns.put(kind, new ArrayList<>()));
    for (int i = -times / WARM_UP; i < times; i++) {
      round++;
      int[] changed = random.next(count);
      for (Store.Kind kind : stores.keySet()) {
        Turn turn = turn(stores.get(kind), changed);
        if (i >= 0) {
          turns.get(kind).add(turn);
        }
      }
      for (int page : changed) {
        rounds[page] = round;
      }
    }
    turns.forEach((kind, measured) -> print(count, times, kind, measured));
  }

  private Turn turn(Store store, int... changed) throws Exception {
    long start = System.nanoTime();
    for (int page : changed) {
      store.put(page, stamps.of(page, round));
    }
    long put = System.nanoTime();
    store.commit();
    long end = System.nanoTime();
    return new Turn(end - start, end - put);
  }

  private static void print(int count, int times, Store.Kind kind, List<Turn> turns) {
    double[] all = turns.stream().mapToDouble(Turn::all).toArray();
    double[] last = turns.stream().mapToDouble(Turn::commit).toArray();
    System.out.printf(
        Locale.ROOT,
        "| %d | %d | %s | %.0f us | %.0f us | %.0f us |%n",
        count,
        times,
        kind.text,
        Statistics.percentile(all, 0.5) / MICRO,
        Statistics.percentile(all, 0.99) / MICRO,
        Statistics.percentile(last, 0.5) / MICRO);
  }

  /** Checks that each store has what was put last. */
  private void verify() throws Exception {
    for (Map.Entry<Store.Kind, Store> store : stores.entrySet()) {
      for (int page = 0; page < pages; page++) {
        if (!Arrays.equals(store.getValue().get(page), stamps.of(page, rounds[page]))) {
          throw new IllegalStateException(store.getKey() + " has another page " + page);
        }
      }
    }
  }

  private void close() throws Exception {
    for (Store store : stores.values()) {
      store.close();
    }
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
