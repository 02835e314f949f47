package io.mman.benchmarks;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
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

/** Mapping an open file, reading a byte and unmapping it, beside {@code FileChannel.map}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class MapBenchmark {
  @Param({"4096", "1048576"})
  private int bytes;

  private Path path;
  private NativeFile file;
  private FileChannel channel;
  private Mapping mapping;

  @Setup
  public void open() throws IOException {
    path = Files.createTempFile("map", ".bin");
    Files.write(path, new byte[bytes]);
    file = NativeFile.open(path);
    channel = FileChannel.open(path);
    mapping = Mapping.file(file);
  }

  @TearDown
  public void close() throws IOException {
    file.close();
    channel.close();
    Files.delete(path);
  }

  @Benchmark
  public byte channelMap() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return channel
          .map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena)
          .get(ValueLayout.JAVA_BYTE, 0);
    }
  }

  @Benchmark
  public byte mapIntoArena() {
    try (Arena arena = Arena.ofConfined()) {
      return mapping.map(arena).segment().get(ValueLayout.JAVA_BYTE, 0);
    }
  }

  @Benchmark
  public byte mapConfined() {
    try (MappedRegion region = mapping.mapConfined()) {
      return region.segment().get(ValueLayout.JAVA_BYTE, 0);
    }
  }
}
