package io.mman.internal.region;

import io.mman.RegionStats;
import io.mman.internal.platform.Platform;
import io.mman.internal.proc.Smaps;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/** Reads how much memory a region takes from {@code /proc/self/smaps}. */
final class StatsQuery {
  private StatsQuery() {}

  /**
   * Returns the sums over the areas in which pages lie.
   *
   * @throws UnsupportedOperationException on systems other than Linux, and if {@code /proc} cannot
   *     be read
   */
  static RegionStats take(MemorySegment pages) {
    if (!Platform.current().isLinux()) {
      throw Platform.lacks("/proc/self/smaps");
    }
    Map<String, Long> sum = Smaps.sum(pages.address(), pages.byteSize());
    return new RegionStats(
        sum.getOrDefault("Rss", 0L),
        sum.getOrDefault("Pss", 0L),
        sum.getOrDefault("Shared_Clean", 0L),
        sum.getOrDefault("Shared_Dirty", 0L),
        sum.getOrDefault("Private_Clean", 0L),
        sum.getOrDefault("Private_Dirty", 0L),
        sum.getOrDefault("Referenced", 0L),
        sum.getOrDefault("Anonymous", 0L),
        sum.getOrDefault("AnonHugePages", 0L),
        sum.getOrDefault("FilePmdMapped", 0L) + sum.getOrDefault("ShmemPmdMapped", 0L),
        sum.getOrDefault("Swap", 0L),
        sum.getOrDefault("Locked", 0L));
  }
}
