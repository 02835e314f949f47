package io.mman.search;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Threads that stay the same from one sequence to the next. */
final class Crew {
  /** A sequence takes less than a second; the limit is for those that hang. */
  private static final long HANGS_AFTER_SECONDS = 60;

  private final List<ExecutorService> threads = new ArrayList<>();

  Crew(int size) {
    for (int i = 0; i < size; i++) {
      String name = "crew " + i;
      threads.add(
          Executors.newSingleThreadExecutor(
              task -> Thread.ofPlatform().daemon().name(name).unstarted(task)));
    }
  }

  /** What one of the threads does. */
  interface Part {
    void run(int thread) throws Exception;
  }

  /** Runs a part on every thread, and waits for all of them. */
  void all(Part part) throws Exception {
    List<Future<?>> futures = new ArrayList<>();
    for (int i = 0; i < threads.size(); i++) {
      int number = i;
      futures.add(
          threads
              .get(i)
              .submit(
                  () -> {
                    part.run(number);
                    return null;
                  }));
    }
    for (Future<?> future : futures) {
      await(future);
    }
  }

  private static void await(Future<?> future) throws Exception {
    try {
      future.get(HANGS_AFTER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause().toString(), e.getCause());
    } catch (TimeoutException e) {
      StringBuilder stacks = new StringBuilder("hang");
      Thread.getAllStackTraces()
          .forEach((thread, stack) -> stacks.append('\n').append(thread).append(List.of(stack)));
      throw new AssertionError(stacks.toString(), e);
    }
  }
}
