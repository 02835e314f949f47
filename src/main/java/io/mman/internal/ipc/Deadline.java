package io.mman.internal.ipc;

/** The end of a period that begins when the object is created. */
final class Deadline {
  private final long nanos;
  private final long start = System.nanoTime();

  /** Creates a deadline. One that is {@link Timeout#FOREVER} away is never reached. */
  Deadline(long nanos) {
    this.nanos = nanos;
  }

  /** Returns the remaining nanoseconds, or 0 or less if the time has elapsed. */
  long left() {
    return nanos - (System.nanoTime() - start);
  }
}
