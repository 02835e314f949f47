package io.mman.benchmarks.contests;

import io.mman.benchmarks.measure.Contest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Adds the JDK's own ways to get memory to a contest of first accesses. */
final class FaultBaselines {
  private FaultBaselines() {}

  static void addChannel(Contest contest, Memory memory, boolean write) {
    contest.add(
        "FileChannel.map",
        memory::reset,
        n -> FaultContests.repeat(n, () -> channel(memory, write, false)));
    contest.add(
        "FileChannel.map, load()",
        memory::reset,
        n -> FaultContests.repeat(n, () -> channel(memory, write, true)));
  }

  private static void channel(Memory memory, boolean write, boolean load) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = memory.channel.map(memory.mode(), 0, memory.bytes(), arena);
      if (load) {
        mapped.load();
      }
      Touch.pages(mapped, write, false);
    }
  }

  static void addAllocations(Contest contest, long bytes) {
    contest.add("Arena.allocate", n -> FaultContests.repeat(n, () -> arena(bytes)));
    if (bytes <= 1 << 30) {
      contest.add("allocateDirect", n -> FaultContests.repeat(n, () -> direct((int) bytes)));
    }
  }

  private static void arena(long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      Touch.pages(arena.allocate(bytes, 4096), true, false);
    }
  }

  private static void direct(int bytes) throws Throwable {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
    try {
      for (int at = 0; at < bytes; at += 4096) {
        buffer.put(at, (byte) 1);
      }
    } finally {
      Freed.free(buffer);
    }
  }
}
