package io.mman.benchmarks.measure;

/** A figure with its bounds, as stored in JSON. Fields that were not measured are null. */
public final class Measurement {
  public String chart;
  public String row;
  public double x;
  public String series;

  /** The unit that {@code nanos} is the time of, such as "call" or "page". */
  public String unit;

  public double nanos;
  public double low;
  public double high;

  /** The time that 99 % of the turns did not exceed. */
  public Double p99;

  /** The number of turns or JMH iterations that the figure summarizes. */
  public int turns;

  public Double minorFaults;
  public Double majorFaults;

  /** Bytes allocated in the Java heap, per unit. */
  public Double allocated;

  /** The series that this one is compared with. The ratios are its time divided by this one's. */
  public String hero;

  public Double ratio;
  public Double ratioLow;
  public Double ratioHigh;
}
