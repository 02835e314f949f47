package io.mman.search;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the calls of native code that hold views. A region may refuse to close only during such
 * calls; for its own calls it has to wait.
 */
final class Handovers {
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicLong begun = new AtomicLong();

  /** Something that may throw anything. */
  interface Action {
    void run() throws Exception;
  }

  void during(Action action) throws Exception {
    running.incrementAndGet(); // first: see without
    begun.incrementAndGet();
    try {
      action.run();
    } finally {
      running.decrementAndGet();
    }
  }

  /** Does something that must not be refused if no native code holds a view. */
  void without(Action action) throws Exception {
    long before = begun.get();
    boolean idle = running.get() == 0;
    try {
      action.run();
    } catch (IllegalStateException e) {
      String message = String.valueOf(e.getMessage());
      boolean inUse = message.contains("native code") || message.contains("acquired");
      if (inUse && idle && begun.get() == before) {
        throw new AssertionError("did not wait for the region's own calls", e);
      }
      throw e;
    }
  }
}
