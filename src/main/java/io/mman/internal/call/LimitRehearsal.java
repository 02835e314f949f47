package io.mman.internal.call;

import io.mman.MapFlag;
import io.mman.MmanException;
import io.mman.Protection;
import io.mman.internal.error.ErrorPreload;
import io.mman.internal.error.MapCountReserve;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;

/**
 * Prepares a process that has made many calls for the moment when it reaches {@code
 * vm.max_map_count}. The JVM aborts there if it has to map memory before the reserve is released.
 */
final class LimitRehearsal {
  /** More than any address space has: mmap(2) fails with ENOMEM. */
  private static final long ENDLESS = 1L << 62;

  private LimitRehearsal() {}

  /**
   * Reports one failure, with the reserve that it releases. Everything that comes before the
   * release has then run once: no class has to be loaded for it, and no code to be compiled again.
   */
  static void run() {
    ErrorPreload.prepareForLimits();
    MapCountReserve.enter();
    Set<MapFlag> flags = EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS);
    try {
      SystemCalls.mmap(MemorySegment.NULL, ENDLESS, Protection.READ_WRITE, flags, -1, 0, null);
    } catch (MmanException expected) {
      // The message has been composed.
    }
  }
}
