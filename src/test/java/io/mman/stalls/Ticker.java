package io.mman.stalls;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A virtual thread that sleeps for a moment, again and again. */
final class Ticker {
  private static final long SLEEP_MILLIS = 10;
  private static final int TICKS = 30;
  private static final long SECONDS = 20;

  private final Semaphore ticks = new Semaphore(0);
  private final Thread thread = Thread.ofVirtual().unstarted(this::tick);
  private volatile boolean isOver;
  private long longestGap;

  Ticker() {
    thread.start();
  }

  private void tick() {
    long last = System.nanoTime();
    while (!isOver) {
      try {
        Thread.sleep(SLEEP_MILLIS);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      long now = System.nanoTime();
      synchronized (this) {
        longestGap = Math.max(longestGap, now - last);
      }
      last = now;
      ticks.release();
    }
  }

  /** Returns whether it ticks some more times. If it can, it does so in less than a second. */
  boolean goesOn() throws InterruptedException {
    ticks.drainPermits();
    return ticks.tryAcquire(TICKS, SECONDS, TimeUnit.SECONDS);
  }

  /** Returns the longest time between two ticks since this was asked last. */
  synchronized String longestGap() {
    String gap = longestGap / 1_000_000 + " ms";
    longestGap = 0;
    return gap;
  }

  void end() throws InterruptedException {
    isOver = true;
    thread.join();
  }
}
