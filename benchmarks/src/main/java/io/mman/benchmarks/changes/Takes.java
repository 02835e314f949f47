package io.mman.benchmarks.changes;

import io.mman.benchmarks.measure.Statistics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Measures how long it takes to find the changed pages of memory of which 1 % has changed, and what
 * it adds to a store, and prints a table. The ways take turns, and change the same pages.
 *
 * <pre>
 * java --enable-native-access=ALL-UNNAMED -cp benchmarks/target/benchmarks.jar \
 *   io.mman.benchmarks.changes.Takes MIB ROUNDS
 * </pre>
 */
public final class Takes {
  private static final int CHANGED = 100;
  private static final int WARM_UP = 20;
  private static final double MILLI = 1e6;

  private final Kind kind;
  private final Map<Way, Finder> finders = new EnumMap<>(Way.class);
  private final Map<Way, List<Finder.Turn>> turns = new EnumMap<>(Way.class);

  private Takes(Kind kind) {
    this.kind = kind;
  }

  public static void main(String... arguments) throws IOException, InterruptedException {
    long size = Long.parseLong(arguments[0]) << 20;
    int rounds = Integer.parseInt(arguments[1]);
    System.out.println(
        "| memory | way | p50 | p99 | first store to a page, p50 | p99 | another store |");
    System.out.println("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
    for (Kind kind : Kind.values()) {
      Takes takes = new Takes(kind);
      takes.run(size, rounds);
      takes.print();
    }
  }

  private void run(long size, int rounds) throws IOException, InterruptedException {
    int all = (int) (size / Finder.PAGE);
    Pages pages = new Pages(all);
    try {
      open(size);
      for (int round = -WARM_UP; round < rounds; round++) {
        int[] changed = pages.next(all / CHANGED);
        for (Way way : finders.keySet()) {
          Finder.Turn turn = finders.get(way).turn(changed);
          if (round >= 0) {
            turns.get(way).add(turn);
          }
        }
      }
    } finally {
      for (Finder finder : finders.values()) {
        finder.close();
      }
    }
  }

  private void open(long size) throws IOException, InterruptedException {
    for (Way way : Way.values()) {
      try {
        finders.put(way, way.open(kind, size));
        turns.put(way, new ArrayList<>());
      } catch (IOException | UnsupportedOperationException e) {
        System.err.println(way + " is left out: " + e.getMessage());
      }
    }
  }

  private void print() {
    turns.forEach(
        (way, measured) ->
            System.out.printf(
                Locale.ROOT,
                "| %s | %s | %.2f ms | %.2f ms | %.0f ns | %.0f ns | %.0f ns |%n",
                kind.text,
                way.text,
                percentile(measured, Finder.Turn::find, 0.5) / MILLI,
                percentile(measured, Finder.Turn::find, 0.99) / MILLI,
                percentile(measured, Finder.Turn::first, 0.5),
                percentile(measured, Finder.Turn::first, 0.99),
                percentile(measured, Finder.Turn::again, 0.5)));
  }

  private static double percentile(
      List<Finder.Turn> turns, ToDoubleFunction<Finder.Turn> figure, double part) {
    return Statistics.percentile(turns.stream().mapToDouble(figure).toArray(), part);
  }
}
