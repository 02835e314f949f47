package io.mman.benchmarks.contests;

import io.mman.Advice;
import io.mman.FileAdvice;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.benchmarks.CLoops;
import io.mman.benchmarks.measure.Contest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures reading one long from each of many random pages of a file of which no page is in memory.
 * Before each turn the file is dropped from the page cache, which cachestat(2) confirms. Who maps
 * the file maps and unmaps it in each turn, which takes less than a microsecond a page.
 */
final class ColdPageContests {
  private static final MethodHandle C_RANDOM = CLoops.onFile("cold_random");
  private static final MethodHandle C_WILLNEED = CLoops.onFile("cold_willneed");
  private static final MethodHandle C_PREAD = CLoops.onFile("cold_pread");
  private static final int PATIENCE = 2000;

  private final Contest contest;
  private final Memory memory;
  private final long[] offsets;
  private final MemorySegment page = Arena.global().allocate(Reader.PAGE, Reader.PAGE);

  private ColdPageContests(Contest contest, Memory memory, long[] offsets) {
    this.contest = contest;
    this.memory = memory;
    this.offsets = offsets;
  }

  static void run(Plan plan) throws IOException {
    long bytes = plan.choose(256L, 1024L) << 20;
    try (Memory memory = new Memory(Backing.FILE_READ, bytes, plan.disk())) {
      for (int count : plan.choose(new int[] {300}, new int[] {1000, 32})) {
        Contest contest =
            new Contest("prefetch-cold", count + " pages")
                .single()
                .per("page", count)
                .hero("prefetch");
        new ColdPageContests(contest, memory, offsets(memory, count)).addAll();
        plan.run(contest);
      }
    }
  }

  /** Returns the pages in the order of loops.c and of the readers. */
  private static long[] offsets(Memory memory, int count) {
    long[] offsets = new long[count];
    for (int i = 0; i < count; i++) {
      offsets[i] = Reader.PAGE * Touch.page(i, memory.bytes() / Reader.PAGE);
    }
    return offsets;
  }

  private void addAll() {
    add("prefetch", () -> mapped(true));
    add("prefetch, RANDOM", () -> mapped(true, Advice.RANDOM));
    add("RANDOM", () -> mapped(false, Advice.RANDOM));
    add("no advice", () -> mapped(false));
    add("NativeFile.read", this::read);
    add("FileChannel.read", this::readChannel);
    addReader("MappedByteBuffer", BufferReader::new);
    addReader("Agrona", AgronaReader::new);
    addReader("Chronicle Bytes", ChronicleReader::new);
    addC("C, RANDOM", C_RANDOM);
    addC("C, WILLNEED", C_WILLNEED);
    addC("C, pread", C_PREAD);
  }

  /** What a contestant does in a turn; it returns a sum. */
  @FunctionalInterface
  private interface Turn {
    long run() throws Throwable;
  }

  private void add(String name, Turn turn) {
    contest.add(name, this::drop, times -> Touch.sink = turn.run());
  }

  private void addReader(String name, Reader.Opener opener) {
    add(
        name,
        () -> {
          try (Reader reader = opener.open(memory)) {
            return reader.sumRandom(offsets.length);
          }
        });
  }

  private void addC(String name, MethodHandle loop) {
    add(name, () -> (long) loop.invokeExact(memory.fd(), memory.bytes(), (long) offsets.length));
  }

  private long mapped(boolean prefetch, Advice... advice) {
    try (MappedRegion region = Mapping.file(memory.file).advise(advice).mapConfined()) {
      if (prefetch) {
        region.prefetch(offsets, Long.BYTES);
      }
      MemorySegment bytes = region.segment();
      long sum = 0;
      for (long offset : offsets) {
        sum += bytes.get(ValueLayout.JAVA_LONG, offset);
      }
      return sum;
    }
  }

  private long read() {
    long sum = 0;
    for (long offset : offsets) {
      memory.file.read(offset, page);
      sum += page.get(ValueLayout.JAVA_LONG, 0);
    }
    return sum;
  }

  private long readChannel() throws IOException {
    ByteBuffer buffer = page.asByteBuffer();
    long sum = 0;
    for (long offset : offsets) {
      memory.channel.read(buffer.clear(), offset);
      sum += page.get(ValueLayout.JAVA_LONG, 0);
    }
    return sum;
  }

  /** Drops every page. Some may still be on their way from the disk, or mapped for a moment. */
  private void drop() {
    for (int i = 0; i < PATIENCE; i++) {
      memory.file.advise(FileAdvice.DONTNEED, 0, 0);
      if (memory.file.cacheStat(0, 0).cached() == 0) {
        return;
      }
      LockSupport.parkNanos(1_000_000);
    }
    throw new IllegalStateException("pages remain: " + memory.file.cacheStat(0, 0));
  }
}
