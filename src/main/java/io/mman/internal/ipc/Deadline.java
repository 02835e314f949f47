package io.mman.internal.ipc;

/** The end of a time that begins now. */
final class Deadline {
  private final long nanos;
  private final long start = System.nanoTime();

  /** Creates a deadline. {@link Timeout#FOREVER} never ends. */
  Deadline(long nanos) {
    this.nanos = nanos;
  }

  /** Returns the nanoseconds that are left; 0 or less if the time is up. */
  long left() {
    return nanos - (System.nanoTime() - start);
  }
}
