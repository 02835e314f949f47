package io.mman.ipc;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.mman.MappedRegion;
import io.mman.Mapping;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.time.Duration;

/** One of two processes that take turns in adding to a number. */
final class Turns {
  static final int COUNT = 10_000;
  static final VarHandle INTS = JAVA_INT.varHandle();

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private Turns() {}

  /** Takes the path of the file, for the odd turns. */
  public static void main(String... args) throws InterruptedException {
    try (MappedRegion region = Mapping.file(Path.of(args[0])).readWrite().mapShared()) {
      take(region, 1);
    }
  }

  /** Increases the number whenever its parity is that of this side. */
  static void take(MappedRegion region, int parity) throws InterruptedException {
    Futex word = Futex.at(region, 0);
    for (int turn = 0; turn < COUNT; turn++) {
      int seen;
      while (((seen = (int) INTS.getAcquire(region.segment(), 0L)) & 1) != parity) {
        if (!word.await(seen, PATIENCE)) {
          throw new AssertionError("the partner does not answer");
        }
      }
      INTS.setRelease(region.segment(), 0L, seen + 1);
      word.wake(1);
    }
  }
}
