package io.mman.benchmarks;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;
import io.mman.Protection;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A log of 4 GiB that grows by 1 MiB a step in reserved address space, a store a step. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5)
@Measurement(iterations = 10)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class GrowBenchmark {
  private static final long STEP = 1 << 20;
  private static final int STEPS = 4096;
  private static final MethodHandle IN_C = CLoops.onFile("grow_log");

  private Path path;
  private NativeFile file;

  @Setup(Level.Invocation)
  public void create() throws IOException {
    path = Files.createTempFile("log", ".bin");
    file = NativeFile.open(path, StandardOpenOption.WRITE);
  }

  @TearDown(Level.Invocation)
  public void delete() throws IOException {
    file.close();
    Files.delete(path);
  }

  @Benchmark
  @OperationsPerInvocation(STEPS)
  public void resizeInReserve() {
    Mapping log = Mapping.file(file).protection(Protection.READ_WRITE).reserve(STEPS * STEP);
    try (MappedRegion region = log.mapShared()) {
      for (long end = STEP; end <= STEPS * STEP; end += STEP) {
        file.resize(end);
        region.resize(end).set(ValueLayout.JAVA_BYTE, end - STEP, (byte) 1);
      }
    }
  }

  @Benchmark
  @OperationsPerInvocation(STEPS)
  public long inC() throws Throwable {
    return (long) IN_C.invokeExact(file.fd(), STEP, (long) STEPS);
  }
}
