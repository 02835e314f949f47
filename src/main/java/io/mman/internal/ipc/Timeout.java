package io.mman.internal.ipc;

import java.time.Duration;

/** Converts times to wait. */
public final class Timeout {
  /** Some 292 years. */
  public static final long FOREVER = Long.MAX_VALUE;

  private Timeout() {}

  /** Returns a time in nanoseconds, or the longest or shortest that is possible. */
  public static long nanos(Duration time) {
    try {
      return time.toNanos();
    } catch (ArithmeticException e) {
      return time.isNegative() ? 0 : FOREVER;
    }
  }
}
