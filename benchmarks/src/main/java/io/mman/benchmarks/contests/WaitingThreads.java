package io.mman.benchmarks.contests;

import io.mman.Mapping;
import io.mman.benchmarks.measure.Contest;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Measures closing a shared region while threads wait: it takes a handshake with each of them. */
final class WaitingThreads implements AutoCloseable {
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean done;

  private void start(int count) {
    for (int i = 0; i < count; i++) {
      threads.add(Thread.ofPlatform().daemon().start(this::waitUntilDone));
    }
  }

  static void run(Plan plan, Memory memory) {
    Mapping mapping = Mapping.file(memory.file);
    for (int count : plan.choose(List.of(1, 16, 200), List.of(1, 4, 16, 64, 200))) {
      try (WaitingThreads others = new WaitingThreads()) {
        others.start(count);
        plan.run(
            new Contest(
                    "lifetimes-threads", count + (count == 1 ? " thread" : " threads") + " waiting")
                .at(count)
                .add("mman", n -> LifetimeContests.mapped(n, mapping::mapShared))
                .add("mman, confined", n -> LifetimeContests.mapped(n, mapping::mapConfined))
                .add(
                    "FileChannel.map",
                    n -> LifetimeContests.channel(n, Arena::ofShared, memory.channel)));
      }
    }
  }

  private void waitUntilDone() {
    while (!done) {
      LockSupport.park(this);
    }
  }

  @Override
  public void close() {
    done = true;
    threads.forEach(LockSupport::unpark);
  }
}
