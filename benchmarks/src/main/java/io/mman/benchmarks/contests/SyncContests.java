package io.mman.benchmarks.contests;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Protection;
import io.mman.benchmarks.CLoops;
import io.mman.benchmarks.measure.Contest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Measures writing changed pages to the disk. */
final class SyncContests {
  private static final int PAGE = 4096;
  private static final MethodHandle MSYNC_IN_C = CLoops.onRange("sync_range");

  private SyncContests() {}

  static void run(Plan plan) throws IOException {
    long bytes = plan.choose(16L, 64L) << 20;
    long pages = bytes / PAGE;
    Map<String, Long> amounts = new LinkedHashMap<>();
    amounts.put("1 page", 1L);
    amounts.put("1 %", pages / 100);
    amounts.put("10 %", pages / 10);
    amounts.put("100 %", pages);
    try (Memory memory = new Memory(Backing.FILE_WRITE, bytes, plan.disk());
        Arena arena = Arena.ofConfined()) {
      MappedRegion region = Mapping.file(memory.file).protection(Protection.READ_WRITE).map(arena);
      MappedByteBuffer buffer = memory.channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes);
      contest(memory, region, buffer, "warm-up", 0).run(Duration.ofSeconds(plan.choose(2, 4)));
      amounts.forEach(
          (name, dirty) -> plan.run(contest(memory, region, buffer, name + " changed", dirty)));
    }
  }

  /** With no changed page, calls are short, and the warm-up makes enough of them for the JIT. */
  private static Contest contest(
      Memory memory, MappedRegion region, MappedByteBuffer buffer, String row, long dirty) {
    MemorySegment bytes = region.segment();
    Contest.Step change = () -> change(bytes, dirty);
    return new Contest("sync", row)
        .at(dirty)
        .single()
        .add("mman", change, n -> region.sync())
        .add("mman, NativeFile.syncData", change, n -> memory.file.syncData())
        .add("FileChannel.force", change, n -> memory.channel.force(false))
        .add("MappedByteBuffer.force", change, n -> buffer.force())
        .add("C", change, n -> CLoops.require(inC(bytes)));
  }

  private static long inC(MemorySegment bytes) throws Throwable {
    return (long) MSYNC_IN_C.invokeExact(bytes, bytes.byteSize(), 0L);
  }

  /** Stores to the given number of pages, evenly spread. */
  private static void change(MemorySegment bytes, long dirty) {
    long stride = dirty == 0 ? 0 : bytes.byteSize() / PAGE / dirty * PAGE;
    for (long i = 0; i < dirty; i++) {
      long at = i * stride;
      bytes.set(ValueLayout.JAVA_BYTE, at, (byte) (bytes.get(ValueLayout.JAVA_BYTE, at) + 1));
    }
  }
}
