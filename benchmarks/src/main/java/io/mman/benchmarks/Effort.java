package io.mman.benchmarks;

import java.util.Locale;

/** How thoroughly to measure. */
public enum Effort {
  /** Only checks that everything runs. The figures are meaningless. */
  SMOKE(1, 100, 1, 2, 1, 100),
  /** Takes less than ten minutes on two cores. */
  QUICK(2, 1500, 2, 9, 3, 200),
  /** Takes most of an hour. */
  FULL(3, 5000, 3, 31, 5, 300);

  /** The number of JVMs that run a section's contests, one after the other. */
  public final int jvms;

  /** The time for each contest in each JVM. */
  public final long contestMillis;

  /** The number of JVMs for each JMH benchmark. */
  public final int forks;

  /** The number of rounds in which each kind of JVM is started once. */
  public final int starts;

  /** The number of JMH iterations, both for warm-up and for measurement. */
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

  /** Returns the name on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
