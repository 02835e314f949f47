package io.mman.benchmarks.measure;

import java.util.Arrays;
import java.util.Random;

/** Computes medians and their confidence bounds. */
public final class Statistics {
  private static final int RESAMPLES = 500;
  private static final long SEED = 20;

  private Statistics() {}

  /** An estimate and the bounds that contain the true value with a probability of 95 %. */
  public record Estimate(double value, double low, double high) {}

  /** Returns the median, or NaN if there are no values. */
  public static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return ofSorted(sorted);
  }

  /** Returns the smallest value that a part of the values, such as 0.99, does not exceed. */
  public static double percentile(double[] values, double part) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted.length == 0 ? Double.NaN : sorted[(int) Math.ceil(part * sorted.length) - 1];
  }

  /**
   * Estimates a median by the percentile bootstrap, which assumes nothing about the distribution.
   * Here it is skewed, with a long tail of disturbed turns.
   */
  public static Estimate estimate(double[] values) {
    Random random = new Random(SEED);
    double[] medians = new double[RESAMPLES];
    double[] resample = new double[values.length];
    for (int i = 0; i < RESAMPLES; i++) {
      for (int j = 0; j < resample.length; j++) {
        resample[j] = values[random.nextInt(values.length)];
      }
      Arrays.sort(resample);
      medians[i] = ofSorted(resample);
    }
    Arrays.sort(medians);
    return new Estimate(
        median(values), medians[RESAMPLES / 40], medians[RESAMPLES - 1 - RESAMPLES / 40]);
  }

  /** Divides two series element by element. */
  public static double[] ratios(double[] numerators, double[] denominators) {
    double[] ratios = new double[Math.min(numerators.length, denominators.length)];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = numerators[i] / denominators[i];
    }
    return ratios;
  }

  private static double ofSorted(double[] sorted) {
    int n = sorted.length;
    if (n == 0) {
      return Double.NaN;
    }
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }
}
