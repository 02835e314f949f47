package io.mman.benchmarks.contests;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.benchmarks.measure.Contest;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Function;

/** Measures regions that survive bus errors beside the same regions that do not. */
final class SurvivalContests {
  static final String SURVIVING = "surviving";
  static final String PLAIN = "plain";

  private static final long BYTES = 1 << 20;

  private SurvivalContests() {}

  static void run(Plan plan) throws IOException {
    try (Memory memory = new Memory(Backing.FILE_READ, BYTES, plan.disk())) {
      Mapping file = Mapping.file(memory.file);
      Mapping path = Mapping.file(memory.path());
      mapping("warm-up", file, Mapping::mapConfined).run(Duration.ofSeconds(plan.choose(2, 4)));
      plan.run(mapping("open file, confined", file, Mapping::mapConfined));
      plan.run(mapping("open file, shared", file, Mapping::mapShared));
      plan.run(mapping("path, confined", path, Mapping::mapConfined));
      plan.run(mapping("path, shared", path, Mapping::mapShared));
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
