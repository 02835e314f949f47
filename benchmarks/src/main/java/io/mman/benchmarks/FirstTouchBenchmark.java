package io.mman.benchmarks;

import io.mman.MappedRegion;
import io.mman.Mapping;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Mapping anonymous memory, touching each page of 4 KiB once and unmapping it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5)
@Measurement(iterations = 10)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class FirstTouchBenchmark {
  private static final int PAGE = 4096;
  private static final MethodHandle IN_C = CLoops.onRange("first_touch");

  @Param("1073741824")
  private long bytes;

  @Benchmark
  public void pages() {
    touch(Mapping.anonymous(bytes));
  }

  @Benchmark
  public void populated() {
    touch(Mapping.anonymous(bytes).populate());
  }

  @Benchmark
  public void hugePages() {
    touch(Mapping.anonymous(bytes).hugePages());
  }

  @Benchmark
  public void hugePagesPopulated() {
    touch(Mapping.anonymous(bytes).hugePages().populate());
  }

  @Benchmark
  public long pagesInC() throws Throwable {
    return (long) IN_C.invokeExact(MemorySegment.NULL, bytes, 0L);
  }

  @Benchmark
  public long hugePagesInC() throws Throwable {
    return (long) IN_C.invokeExact(MemorySegment.NULL, bytes, 1L);
  }

  private static void touch(Mapping mapping) {
    try (MappedRegion region = mapping.mapConfined()) {
      MemorySegment memory = region.segment();
      for (long offset = 0; offset < memory.byteSize(); offset += PAGE) {
        memory.set(ValueLayout.JAVA_BYTE, offset, (byte) 1);
      }
    }
  }
}
