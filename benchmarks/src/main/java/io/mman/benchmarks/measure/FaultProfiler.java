package io.mman.benchmarks.measure;

import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * A JMH profiler that counts the page faults of the process in each iteration. To use it, pass its
 * class name to JMH: {@code -prof io.mman.benchmarks.measure.FaultProfiler}.
 */
public final class FaultProfiler implements InternalProfiler {
  /** The label of minor faults per operation; these read nothing from a disk. */
  public static final String MINOR = "faults.minor";

  /** The label of major faults per operation; these wait for a disk. */
  public static final String MAJOR = "faults.major";

  private Usage before;

  @Override
  public String getDescription() {
    return "page faults counted by getrusage(2)";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    before = Usage.now();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    Usage used = Usage.now().since(before);
    double operations = Math.max(1, result.getMetadata().getAllOps());
    return List.of(
        perOperation(MINOR, used.minorFaults() / operations),
        perOperation(MAJOR, used.majorFaults() / operations));
  }

  private static Result<?> perOperation(String name, double faults) {
    return new ScalarResult(name, faults, "#/op", AggregationPolicy.AVG);
  }
}
