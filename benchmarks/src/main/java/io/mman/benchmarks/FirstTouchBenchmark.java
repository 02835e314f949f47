package io.mman.benchmarks;

import io.mman.benchmarks.contests.Backing;
import io.mman.benchmarks.contests.Memory;
import io.mman.benchmarks.contests.Touch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Maps all kinds of memory, accesses each page of 4 KiB once, and unmaps the memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5)
@Measurement(iterations = 10)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class FirstTouchBenchmark {
  private static final Path DISK = Path.of(System.getProperty("java.io.tmpdir"));
  private static final int CALLS_TO_COMPILE = 20_000;

  @Param({"16777216"})
  private long bytes;

  @Param private Backing backing;

  @Param({"NOTHING", "POPULATE", "HUGE_PAGES"})
  private Preparation preparation;

  private Memory memory;

  /** What is done before the first access. */
  public enum Preparation {
    NOTHING,
    POPULATE,
    HUGE_PAGES
  }

  @Setup
  public void create() throws IOException {
    memory = new Memory(backing, bytes, DISK);
    compile();
  }

  /** Makes enough calls for the JIT, because the benchmark itself makes few. */
  private void compile() throws IOException {
    try (Memory page = new Memory(backing, 4096, DISK)) {
      for (int i = 0; i < CALLS_TO_COMPILE; i++) {
        page.reset();
        Touch.mapped(page.mapping(), page.writes(), false);
      }
    }
  }

  @Setup(Level.Invocation)
  public void reset() {
    memory.reset();
  }

  @TearDown
  public void delete() throws IOException {
    memory.close();
  }

  @Benchmark
  public void mman() {
    var mapping =
        switch (preparation) {
          case NOTHING -> memory.mapping();
          case POPULATE -> memory.mapping().populate();
          case HUGE_PAGES -> memory.mapping().hugePages();
        };
    Touch.mapped(mapping, memory.writes(), false);
  }

  @Benchmark
  public void inC() throws Throwable {
    int how =
        switch (preparation) {
          case NOTHING -> 0;
          case POPULATE -> CLoops.POPULATE;
          case HUGE_PAGES -> CLoops.HUGE;
        };
    Touch.mappedInC(memory.fd(), bytes, memory.kind() | how);
  }
}
