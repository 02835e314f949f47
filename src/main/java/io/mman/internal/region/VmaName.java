package io.mman.internal.region;

import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.platform.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The name of an anonymous VMA in {@code /proc/PID/maps}: PR_SET_VMA_ANON_NAME of prctl(2). */
public final class VmaName {
  private static final int MAX_LENGTH = 79;
  private static final String FORBIDDEN = "[]\\$`";

  private VmaName() {}

  /** Returns the name, unless the kernel would refuse it. */
  public static String require(String name) {
    boolean printable =
        name.chars().allMatch(c -> c >= ' ' && c <= '~' && FORBIDDEN.indexOf(c) < 0);
    if (!printable || name.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a name has at most "
              + MAX_LENGTH
              + " printable ASCII characters and none of "
              + FORBIDDEN
              + ": "
              + name);
    }
    return name;
  }

  /** Names pages. A kernel without names for anonymous memory ignores this. */
  static void set(MemorySegment pages, String name) {
    if (Platform.current().isLinux()) {
      try (Arena arena = Arena.ofConfined()) {
        ProcessCalls.nameMemory(pages, arena.allocateFrom(name));
      }
    }
  }
}
