package io.mman.benchmarks.contests;

import io.mman.benchmarks.measure.Contest;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Measures summing up all longs of a file, or one long from each of many pages. */
final class ReadingContests {
  private static final long WARM_UP_BYTES = 1 << 18;

  private ReadingContests() {}

  /** States of the file's pages. Cached comes first, because the file has just been written. */
  private enum State {
    CACHED("cached"),
    COLD("cold"),
    MAPPED("mapped");

    final String label;

    State(String label) {
      this.label = label;
    }
  }

  static void run(Plan plan) throws IOException {
    long bytes = plan.choose(64L, 1024L) << 20;
    warmUp(plan);
    try (Memory memory = new Memory(Backing.FILE_READ, bytes, plan.disk())) {
      for (State state : State.values()) {
        sequential(plan, memory, state);
        random(plan, memory, state);
      }
    }
  }

  /** Makes the JIT compile whole methods. From a few long calls it compiles loops only. */
  private static void warmUp(Plan plan) throws IOException {
    Duration budget = Duration.ofSeconds(plan.choose(2, 4));
    try (Memory memory = new Memory(Backing.FILE_READ, WARM_UP_BYTES, plan.disk())) {
      Contest contest = new Contest("warm-up", "reading");
      add(contest, memory, State.CACHED, Reader::sum);
      contest.run(budget);
      contest = new Contest("warm-up", "reading at random");
      add(contest, memory, State.CACHED, reader -> reader.sumRandom(100));
      contest.run(budget);
    }
  }

  private static void sequential(Plan plan, Memory memory, State state) throws IOException {
    Contest contest =
        new Contest("reading-sequential", state.label)
            .single()
            .per("MiB", memory.bytes() / 1048576.0);
    add(contest, memory, state, Reader::sum);
    plan.run(contest);
  }

  private static void random(Plan plan, Memory memory, State state) throws IOException {
    int count = state == State.COLD ? 500 : 10_000;
    Contest contest = new Contest("reading-random", state.label).single().per("read", count);
    Task task = reader -> reader.sumRandom(count);
    add(contest, memory, state, task);
    add(contest, "mman, RANDOM", SegmentReader::withoutReadahead, memory, state, task);
    plan.run(contest);
  }

  /** Uses a reader. */
  @FunctionalInterface
  private interface Task {
    long run(Reader reader) throws Throwable;
  }

  private static void add(Contest contest, Memory memory, State state, Task task)
      throws IOException {
    Map<String, Reader.Opener> readers = new LinkedHashMap<>();
    readers.put("mman", SegmentReader::region);
    readers.put("mman, bulk copy", CopyReader::bulk);
    readers.put("mman, fault-proof read", CopyReader::faultProof);
    readers.put("FileChannel.read", CopyReader::channel);
    readers.put("FileChannel.map", SegmentReader::channel);
    readers.put("MappedByteBuffer", BufferReader::new);
    readers.put("Agrona", AgronaReader::new);
    readers.put("Chronicle Bytes", ChronicleReader::new);
    readers.put("C", CReader::new);
    for (var reader : readers.entrySet()) {
      add(contest, reader.getKey(), reader.getValue(), memory, state, task);
    }
  }

  private static void add(
      Contest contest, String name, Reader.Opener opener, Memory memory, State state, Task task)
      throws IOException {
    if (state == State.MAPPED) {
      keepOpen(contest, name, opener, memory, task);
    } else {
      Contest.Step before = state == State.COLD ? memory::chill : () -> {};
      contest.add(name, before, n -> openAndRun(opener, memory, task));
    }
  }

  private static void keepOpen(
      Contest contest, String name, Reader.Opener opener, Memory memory, Task task)
      throws IOException {
    Reader reader = opener.open(memory);
    contest.add(name, n -> Touch.sink = task.run(reader));
  }

  private static void openAndRun(Reader.Opener opener, Memory memory, Task task) throws Throwable {
    try (Reader reader = opener.open(memory)) {
      Touch.sink = task.run(reader);
    }
  }
}
