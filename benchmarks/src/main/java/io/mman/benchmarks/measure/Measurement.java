package io.mman.benchmarks.measure;

/** A figure with its error, as it is stored in JSON; what was not measured is null. */
public final class Measurement {
  public String chart;
  public String row;
  public double x;
  public String series;

  /** What {@code nanos} is the time of: "call", "page" … */
  public String unit;

  public double nanos;
  public double low;
  public double high;

  /** How many turns, or iterations of JMH, the figure sums up. */
  public int turns;

  public Double minorFaults;
  public Double majorFaults;

  /** Bytes of Java heap. */
  public Double allocated;

  /** The series compared with this one, and its time divided by this one's, turn by turn. */
  public String hero;

  public Double ratio;
  public Double ratioLow;
  public Double ratioHigh;
}
