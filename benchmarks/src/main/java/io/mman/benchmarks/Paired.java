package io.mman.benchmarks;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Mapping an open file beside {@code FileChannel.map}, in turns of some dozens of microseconds each
 * in one JVM: what disturbs the machine disturbs both, and the ratio of two neighbours stays. JMH
 * measures one after the other, which on a noisy machine hides a difference of a few percent.
 */
public final class Paired {
  private static final int WARM_UP = 3000;
  private static final int TURNS = 6000;
  private static final int CALLS = 20;
  private static final long BYTES = 1 << 20;
  private static final FileChannel.MapMode READ = FileChannel.MapMode.READ_ONLY;

  private Paired() {}

  /** Some way to map and unmap the file. */
  @FunctionalInterface
  private interface Job {
    long run() throws IOException;
  }

  /** Prints the ratios; takes no arguments. */
  public static void main(String... arguments) throws IOException {
    Path path = Files.createTempFile("paired", ".bin");
    Files.write(path, new byte[(int) BYTES]);
    try (NativeFile file = NativeFile.open(path);
        FileChannel channel = FileChannel.open(path)) {
      Mapping mapping = Mapping.file(file);
      for (boolean touch : new boolean[] {false, true}) {
        Job theirs = () -> inArena(touch, arena -> channel.map(READ, 0, BYTES, arena));
        Job ours = () -> inArena(touch, arena -> mapping.map(arena).segment());
        compare("map(arena)" + (touch ? ", a byte read" : ""), ours, theirs);
        compare(
            "mapConfined()" + (touch ? ", a byte read" : ""), () -> own(mapping, touch), theirs);
      }
    } finally {
      Files.delete(path);
    }
  }

  /** What is mapped into an arena. */
  @FunctionalInterface
  private interface Mapper {
    MemorySegment map(Arena arena) throws IOException;
  }

  private static long inArena(boolean touch, Mapper mapper) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return use(mapper.map(arena), touch);
    }
  }

  private static long own(Mapping mapping, boolean touch) {
    try (MappedRegion region = mapping.mapConfined()) {
      return use(region.segment(), touch);
    }
  }

  private static long use(MemorySegment segment, boolean touch) {
    return touch ? segment.get(ValueLayout.JAVA_BYTE, 0) : segment.byteSize();
  }

  private static void compare(String name, Job ours, Job theirs) throws IOException {
    double[] ratios = new double[TURNS];
    for (int i = -WARM_UP; i < TURNS; i++) {
      long first = nanos(ours);
      long second = nanos(theirs);
      if (i >= 0) {
        ratios[i] = (double) first / second;
      }
    }
    Arrays.sort(ratios);
    System.out.printf(
        "%-30s %.3f of FileChannel.map (quartiles %.3f to %.3f)%n",
        name, ratios[TURNS / 2], ratios[TURNS / 4], ratios[3 * TURNS / 4]);
  }

  private static long nanos(Job job) throws IOException {
    long start = System.nanoTime();
    for (int i = 0; i < CALLS; i++) {
      job.run();
    }
    return System.nanoTime() - start;
  }
}
