package io.mman.benchmarks.contests;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.RegionGroup;
import io.mman.benchmarks.measure.Contest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Measures regions that survive bus errors beside the same regions that do not. */
final class SurvivalContests {
  static final int MANY = 60_000;

  private static final String SURVIVING = "surviving";
  private static final String PLAIN = "plain";

  /** Other plain regions, which show how much the addresses alone matter. */
  private static final String CONTROL = "plain, elsewhere";

  private static final long MIB = 1 << 20;
  private static final int PLACES = 16;
  private static final int READS = 1000;

  private SurvivalContests() {}

  static void run(Plan plan) throws IOException {
    access(plan);
    mapAndClose(plan);
    if (Mman.survivesBusErrors()) {
      SurvivedFaults.run(plan);
    }
  }

  /**
   * Reads pages that have been accessed before, so that no page fault occurs. Each turn reads
   * several regions, because the address of a region decides how well the caches work.
   */
  private static void access(Plan plan) throws IOException {
    try (Memory memory = new Memory(Backing.FILE_READ, MIB, plan.disk())) {
      List<Reader> surviving = new ArrayList<>();
      List<Reader> plain = new ArrayList<>();
      List<Reader> control = new ArrayList<>();
      for (int i = 0; i < PLACES; i++) {
        surviving.add(SegmentReader.surviving(memory));
        plain.add(SegmentReader.region(memory));
        control.add(SegmentReader.region(memory));
      }
      plan.run(
          new Contest("survival-access", "sum of all longs")
              .hero(SURVIVING)
              .per("read", PLACES * MIB / Long.BYTES)
              .add(SURVIVING, n -> sum(surviving, n))
              .add(PLAIN, n -> sum(plain, n))
              .add(CONTROL, n -> sum(control, n)));
      plan.run(
          new Contest("survival-access", "longs of random pages")
              .hero(SURVIVING)
              .per("read", PLACES * READS)
              .add(SURVIVING, n -> sumRandom(surviving, n))
              .add(PLAIN, n -> sumRandom(plain, n))
              .add(CONTROL, n -> sumRandom(control, n)));
      for (int i = 0; i < PLACES; i++) {
        surviving.get(i).close();
        plain.get(i).close();
        control.get(i).close();
      }
    }
  }

  private static void sum(List<Reader> readers, int times) throws Throwable {
    for (int i = 0; i < times; i++) {
      for (Reader reader : readers) {
        Touch.sink = reader.sum();
      }
    }
  }

  private static void sumRandom(List<Reader> readers, int times) throws Throwable {
    for (int i = 0; i < times; i++) {
      for (Reader reader : readers) {
        Touch.sink = reader.sumRandom(READS);
      }
    }
  }

  private static void mapAndClose(Plan plan) throws IOException {
    try (Memory memory = new Memory(Backing.FILE_READ, MIB, plan.disk())) {
      Mapping file = Mapping.file(memory.file);
      Mapping path = Mapping.file(memory.path());
      // Otherwise the first contest would measure code that is not yet compiled to its final form.
      mapping("warm-up", file, Mapping::mapConfined).run(Duration.ofSeconds(plan.choose(2, 10)));
      plan.run(mapping("open file, confined", file, Mapping::mapConfined));
      plan.run(mapping("open file, shared", file, Mapping::mapShared));
      plan.run(mapping("path, confined", path, Mapping::mapConfined));
      plan.run(mapping("path, shared", path, Mapping::mapShared));
      try (RegionGroup live = RegionGroup.open()) {
        for (int i = 0; i < MANY; i++) {
          path.surviveBusErrors().map(live);
        }
        plan.run(mapping("open file, confined, 60,000 live", file, Mapping::mapConfined));
        plan.run(mapping("path, confined, 60,000 live", path, Mapping::mapConfined));
      }
    }
  }

  private static Contest mapping(String row, Mapping plain, Function<Mapping, MappedRegion> map) {
    Mapping surviving = plain.surviveBusErrors();
    return new Contest("survival-map", row)
        .hero(SURVIVING)
        .add(SURVIVING, n -> LifetimeContests.mapped(n, () -> map.apply(surviving)))
        .add(PLAIN, n -> LifetimeContests.mapped(n, () -> map.apply(plain)));
  }
}
