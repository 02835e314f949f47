package io.mman.benchmarks;

import java.util.Locale;

/** How long to measure. */
public enum Effort {
  /** Only shows that everything works; its figures mean nothing. */
  SMOKE(1, 100, 1, 2, 1, 100),
  /** Less than ten minutes on two cores. */
  QUICK(2, 1500, 2, 9, 3, 200),
  /** Most of an hour. */
  FULL(3, 5000, 3, 31, 5, 300);

  /** JVMs that run each section's contests, one after the other. */
  public final int jvms;

  /** For each contest in each of them. */
  public final long contestMillis;

  /** JVMs for each JMH benchmark. */
  public final int forks;

  /** Rounds of starting a JVM for each way to start. */
  public final int starts;

  /** Of JMH, to warm up, and to measure. */
  public final int iterations;

  public final long iterationMillis;

  Effort(
      int jvms, long contestMillis, int forks, int starts, int iterations, long iterationMillis) {
    this.jvms = jvms;
    this.contestMillis = contestMillis;
    this.forks = forks;
    this.starts = starts;
    this.iterations = iterations;
    this.iterationMillis = iterationMillis;
  }

  /** The name on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
