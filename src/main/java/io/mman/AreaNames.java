package io.mman;

import io.mman.libc.ProcessCalls;
import io.mman.platform.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Names of anonymous memory in {@code /proc/PID/maps}. */
final class AreaNames {
  private static final int MOST_CHARACTERS = 79;
  private static final String FORBIDDEN = "[]\\$`";

  private AreaNames() {}

  /** Refuses what the kernel would refuse. */
  static String require(String name) {
    boolean printable =
        name.chars().allMatch(c -> c >= ' ' && c <= '~' && FORBIDDEN.indexOf(c) < 0);
    if (!printable || name.length() > MOST_CHARACTERS) {
      throw new IllegalArgumentException(
          "not at most 79 printable ASCII characters without any of " + FORBIDDEN + ": " + name);
    }
    return name;
  }

  /** Names pages; a kernel that cannot is no failure. */
  static void give(MemorySegment pages, String name) {
    if (Platform.current().isLinux()) {
      try (Arena arena = Arena.ofConfined()) {
        ProcessCalls.nameMemory(pages, arena.allocateFrom(name));
      }
    }
  }
}
