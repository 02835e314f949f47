package io.mman.benchmarks.contests;

import io.mman.Mapping;
import io.mman.RegionGroup;
import io.mman.benchmarks.measure.Contest;
import java.lang.foreign.Arena;
import java.util.List;

/** Measures mapping and closing a region while many others are live. */
final class LiveRegions {
  private LiveRegions() {}

  static void run(Plan plan, Memory memory) {
    Mapping mapping = Mapping.file(memory.file);
    List<Integer> quick = List.of(1, 1000, 60_000);
    for (int live : plan.choose(quick, List.of(1, 10, 100, 1000, 10_000, 60_000))) {
      try (RegionGroup group = RegionGroup.open()) {
        for (int i = 0; i < live; i++) {
          mapping.map(group);
        }
        plan.run(
            new Contest("lifetimes-live", live + (live == 1 ? " live region" : " live regions"))
                .at(live)
                .add("mman", n -> LifetimeContests.mapped(n, mapping::mapConfined))
                .add(
                    "FileChannel.map",
                    n -> LifetimeContests.channel(n, Arena::ofConfined, memory.channel))
                .add("C", n -> LifetimeContests.inC(memory, n)));
      }
    }
  }
}
