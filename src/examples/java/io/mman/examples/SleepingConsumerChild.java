package io.mman.examples;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** The JVM that {@link SleepingConsumer} starts, which receives the messages. */
public final class SleepingConsumerChild {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private SleepingConsumerChild() {}

  public static void main(String... arguments) throws InterruptedException {
    RingBufferMain.Child.run(
        Path.of(arguments[0]),
        ring -> {
          System.out.print("  awake:   ");
          RingBufferMain.Child.consume(ring, SleepingConsumer.MANY);
          consumeWithPauses(ring);
        });
  }

  private static void consumeWithPauses(RingBuffer ring) throws InterruptedException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(ValueLayout.JAVA_LONG);
      long[] delays = new long[SleepingConsumer.FEW];
      long start = System.nanoTime();
      long startOfWork = THREADS.getCurrentThreadCpuTime();
      for (int i = 0; i < delays.length; i++) {
        if (ring.take(message) != message.byteSize()) {
          throw new IllegalStateException("message " + i + " is wrong");
        }
        // System.nanoTime() has the same origin in both JVMs.
        delays[i] = System.nanoTime() - message.get(ValueLayout.JAVA_LONG, 0);
      }
      report(delays, System.nanoTime() - start, THREADS.getCurrentThreadCpuTime() - startOfWork);
    }
  }

  private static void report(long[] delays, long nanos, long work) {
    Arrays.sort(delays);
    System.out.printf(
        Locale.ROOT,
        "  asleep:  %d messages, one every %d ms: each read %,d microseconds after it was written"
            + " (median)%n",
        delays.length,
        SleepingConsumer.PAUSE_MILLIS,
        delays[delays.length / 2] / 1000);
    System.out.printf(
        Locale.ROOT,
        "           the thread waited for %.1f s and used %.1f ms of processor time%n",
        nanos / 1e9,
        work / 1e6);
  }
}
