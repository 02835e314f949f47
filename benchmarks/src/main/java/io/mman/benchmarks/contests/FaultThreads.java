package io.mman.benchmarks.contests;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.benchmarks.measure.Contest;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Measures the first access by one thread, and by two threads that divide the pages. */
final class FaultThreads {
  private FaultThreads() {}

  @FunctionalInterface
  private interface Toucher {
    void touch(MemorySegment part) throws Throwable;
  }

  static void run(Plan plan) throws IOException {
    long bytes = plan.choose(32L, 128L) << 20;
    for (Backing backing : List.of(Backing.ANONYMOUS, Backing.TMPFS, Backing.FILE_READ)) {
      for (int threads = 1; threads <= 2; threads++) {
        try (Memory memory = new Memory(backing, bytes, plan.disk());
            ExecutorService workers = Executors.newFixedThreadPool(threads)) {
          run(plan, backing, memory, workers, threads);
        }
      }
    }
  }

  private static void run(
      Plan plan, Backing backing, Memory memory, ExecutorService workers, int threads) {
    Mapping mapping = memory.mapping();
    Toucher java = part -> Touch.pages(part, backing.writes(), false);
    Toucher c = part -> Touch.inC(part, memory.kind());
    String row = backing + ", " + threads + (threads == 1 ? " thread" : " threads");
    plan.run(
        new Contest("faults-threads", row)
            .single()
            .per("page", memory.pages())
            .add("mman", memory::reset, n -> split(mapping, workers, threads, java))
            .add("C", memory::reset, n -> split(mapping, workers, threads, c)));
  }

  private static void split(Mapping mapping, ExecutorService workers, int threads, Toucher toucher)
      throws Exception {
    try (MappedRegion region = mapping.mapShared()) {
      MemorySegment memory = region.segment();
      long part = memory.byteSize() / threads;
      List<Callable<Void>> parts = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        MemorySegment mine = memory.asSlice(i * part, part);
        parts.add(() -> touch(toucher, mine));
      }
      for (Future<Void> done : workers.invokeAll(parts)) {
        done.get();
      }
    }
  }

  private static Void touch(Toucher toucher, MemorySegment part) {
    try {
      toucher.touch(part);
      return null;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }
}
