package io.mman.internal.ipc;

import java.time.Duration;

/** Converts timeouts. */
public final class Timeout {
  /** About 292 years. */
  public static final long FOREVER = Long.MAX_VALUE;

  private Timeout() {}

  /**
   * Returns a timeout in nanoseconds: {@link #FOREVER} if it is too long for a {@code long}, and 0
   * if it is negative and too long.
   */
  public static long nanos(Duration time) {
    try {
      return time.toNanos();
    } catch (ArithmeticException e) {
      return time.isNegative() ? 0 : FOREVER;
    }
  }
}
