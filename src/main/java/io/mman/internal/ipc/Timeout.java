package io.mman.internal.ipc;

import java.time.Duration;

/** Converts timeouts. */
public final class Timeout {
  /** About 292 years. */
  public static final long FOREVER = Long.MAX_VALUE;

  private Timeout() {}

  /**
   * Returns a timeout in nanoseconds: {@link #FOREVER} if it is too long for a {@code long}, and 0
   * if it is negative. Subtracting the time that has passed from a very short time would overflow.
   */
  public static long nanos(Duration time) {
    if (time.isNegative()) {
      return 0;
    }
    try {
      return time.toNanos();
    } catch (ArithmeticException e) {
      return FOREVER;
    }
  }
}
