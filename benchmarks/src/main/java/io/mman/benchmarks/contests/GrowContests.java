package io.mman.benchmarks.contests;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.benchmarks.CLoops;
import io.mman.benchmarks.measure.Contest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Measures a log that grows step by step, with one byte stored per step. */
final class GrowContests implements AutoCloseable {
  private static final long STEP = 1 << 20;
  private static final MethodHandle RESERVED_IN_C = CLoops.onFile("grow_log");
  private static final MethodHandle MOVED_IN_C = CLoops.onFile("remap_log");

  private final int steps;
  private final Path path;
  private final NativeFile file;
  private final NativeFile forC; // the reason is given in Memory
  private final FileChannel channel;

  private GrowContests(int steps, Path disk) throws IOException {
    this.steps = steps;
    path = Files.createTempFile(disk, "log", ".bin");
    file = NativeFile.open(path, StandardOpenOption.WRITE);
    forC = NativeFile.open(path, StandardOpenOption.WRITE);
    channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  static void run(Plan plan) throws IOException {
    int steps = plan.choose(256, 4096);
    try (GrowContests log = new GrowContests(steps, plan.disk())) {
      plan.run(
          new Contest("lifetimes-grow", steps + " steps of 1 MiB")
              .single()
              .per("step", steps)
              .add("mman", log::empty, n -> log.reserved())
              .add("mman, no reservation", log::empty, n -> log.moved())
              .add("FileChannel.map, whole file", log::empty, n -> log.channelAgain())
              .add("C", log::empty, n -> log.inC(RESERVED_IN_C))
              .add("C, no reservation", log::empty, n -> log.inC(MOVED_IN_C)));
    }
  }

  private void empty() {
    file.resize(0);
  }

  private void reserved() {
    Mapping log = Mapping.file(file).protection(Protection.READ_WRITE).reserve(steps * STEP);
    try (MappedRegion region = log.mapShared()) {
      grow(region);
    }
  }

  private void moved() {
    file.resize(STEP);
    try (MappedRegion region = Mapping.file(file).protection(Protection.READ_WRITE).mapConfined()) {
      grow(region);
    }
  }

  private void grow(MappedRegion region) {
    for (long end = STEP; end <= steps * STEP; end += STEP) {
      file.resize(end);
      region.resize(end).set(ValueLayout.JAVA_BYTE, end - STEP, (byte) 1);
    }
  }

  private void channelAgain() throws IOException {
    for (long end = STEP; end <= steps * STEP; end += STEP) {
      try (Arena arena = Arena.ofConfined()) {
        channel
            .map(FileChannel.MapMode.READ_WRITE, 0, end, arena)
            .set(ValueLayout.JAVA_BYTE, end - STEP, (byte) 1);
      }
    }
  }

  private void inC(MethodHandle grow) throws Throwable {
    CLoops.require((long) grow.invokeExact(forC.fd(), STEP, (long) steps));
  }

  @Override
  public void close() throws IOException {
    channel.close();
    forC.close();
    file.close();
    Files.delete(path);
  }
}
