package io.mman.benchmarks.changes;

import io.mman.change.ChangeTracker;

/** Asks a tracker. */
final class TrackingFinder extends JavaFinder {
  private final ChangeTracker tracker;

  TrackingFinder(Kind kind, long size) {
    super(kind, size);
    tracker = ChangeTracker.of(region);
  }

  @Override
  long find() {
    return tracker.take().bytes() / PAGE;
  }

  @Override
  public void close() {
    tracker.close();
    super.close();
  }
}
