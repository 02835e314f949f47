package io.mman.examples;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Passes messages to another JVM ({@link SleepingConsumerChild}) through a {@link RingBuffer}. At
 * first, it writes the messages as fast as possible, and then it pauses before each message while
 * the other JVM sleeps in the kernel.
 *
 * <pre>
 * mvn -q test-compile exec:exec -Dexample=SleepingConsumer
 * </pre>
 */
public final class SleepingConsumer {
  static final long MANY = 5_000_000;
  static final int FEW = 15;
  static final int PAUSE_MILLIS = 100;

  private SleepingConsumer() {}

  public static void main(String... arguments) throws IOException, InterruptedException {
    run();
  }

  static void run() throws IOException, InterruptedException {
    System.out.println(
        """
        SleepingConsumer: two JVMs pass messages through shared memory, awake and asleep
          FileChannel.map cannot do this: a thread can only poll memory, not sleep until it changes.
        """);
    RingBufferMain.run(
        door -> ChildProcess.builder(List.of(), SleepingConsumerChild.class, door.toString()),
        ring -> {
          RingBufferMain.produce(ring, MANY);
          produceWithPauses(ring);
        });
  }

  /** Writes messages that contain the time at which they were written, with a pause before each. */
  private static void produceWithPauses(RingBuffer ring) throws InterruptedException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(ValueLayout.JAVA_LONG);
      for (int i = 0; i < FEW; i++) {
        Thread.sleep(PAUSE_MILLIS);
        message.set(ValueLayout.JAVA_LONG, 0, System.nanoTime());
        ring.put(message);
      }
    }
  }
}
