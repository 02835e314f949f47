package io.mman.benchmarks;

import io.mman.Advice;
import io.mman.MapFlag;
import io.mman.Mman;
import io.mman.Protection;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures what the events of Flight Recorder add to a call: without a recording, with a recording
 * that does not enable the event, and with one that does.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class EventsBenchmark {
  /** Whether a recording is running, and whether it enables the event. */
  public enum Recorder {
    ABSENT,
    OFF,
    ON
  }

  @Param({"ABSENT", "OFF", "ON"})
  private Recorder recorder;

  private Recording recording;
  private MemorySegment page;

  @Setup
  public void start() {
    page =
        Mman.mmap(
            MemorySegment.NULL,
            4096,
            Protection.READ_WRITE,
            EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS),
            -1,
            0);
    if (recorder != Recorder.ABSENT) {
      recording = new Recording();
      if (recorder == Recorder.ON) {
        recording.enable("io.mman.Advise").withoutStackTrace();
      }
      recording.start();
    }
  }

  @TearDown
  public void stop() {
    if (recording != null) {
      recording.close();
    }
  }

  @Benchmark
  public void madvise() {
    Mman.madvise(page, Advice.NORMAL);
  }
}
