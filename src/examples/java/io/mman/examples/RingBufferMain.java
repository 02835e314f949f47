package io.mman.examples;

import io.mman.NativeFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Sends messages to a second JVM through a {@link RingBuffer} in a memfd, which the child opens as
 * {@code /proc/PID/fd/N}, and prints the number of messages per second. The optional argument is
 * the number of messages; the default is 10 million.
 */
public final class RingBufferMain {
  private static final long CAPACITY = 1 << 20;
  private static final int MESSAGE = 32; // in bytes; holds the number of the message four times
  private static final int PATIENCE = 1000;

  private RingBufferMain() {}

  public static void main(String... arguments) throws IOException, InterruptedException {
    long count = arguments.length > 0 ? Long.parseLong(arguments[0]) : 10_000_000;
    try (NativeFile memory = RingBuffer.create(CAPACITY)) {
      String path = memory.path().toString();
      Process child = ChildProcess.start(Child.class, path, Long.toString(count));
      try {
        produce(memory.path(), count, child.toHandle());
        child.inputReader().lines().forEach(System.out::println);
      } finally {
        child.destroy();
      }
      if (child.waitFor() != 0) {
        throw new IOException("the child failed");
      }
    }
  }

  private static void produce(Path memory, long count, ProcessHandle consumer) {
    try (Arena arena = Arena.ofConfined()) {
      RingBuffer ring = RingBuffer.producer(memory, arena);
      MemorySegment message = arena.allocate(MESSAGE, Long.BYTES);
      for (long number = 0; number < count; number++) {
        fill(message, number);
        for (int tries = 1; !ring.offer(message); tries++) {
          pause(tries, consumer);
        }
      }
    }
  }

  private static void fill(MemorySegment message, long number) {
    for (int at = 0; at < MESSAGE; at += Long.BYTES) {
      message.set(ValueLayout.JAVA_LONG, at, number);
    }
  }

  /** The second JVM, which checks every message and measures the time from the first one on. */
  static final class Child {
    private Child() {}

    public static void main(String... arguments) {
      long count = Long.parseLong(arguments[1]);
      ProcessHandle producer = ProcessHandle.current().parent().orElseThrow();
      try (Arena arena = Arena.ofConfined()) {
        RingBuffer ring = RingBuffer.consumer(Path.of(arguments[0]), arena);
        MemorySegment message = arena.allocate(MESSAGE, Long.BYTES);
        long start = 0;
        for (long number = 0; number < count; number++) {
          int length = ring.poll(message);
          for (int tries = 1; length < 0; tries++) {
            pause(tries, producer);
            length = ring.poll(message);
          }
          start = number == 0 ? System.nanoTime() : start;
          check(message, length, number);
        }
        report(count, System.nanoTime() - start);
      }
    }

    private static void check(MemorySegment message, int length, long number) {
      boolean isRight = length == MESSAGE;
      for (int at = 0; at < MESSAGE; at += Long.BYTES) {
        isRight &= message.get(ValueLayout.JAVA_LONG, at) == number;
      }
      if (!isRight) {
        throw new IllegalStateException("message " + number + " is wrong");
      }
    }

    private static void report(long count, long nanos) {
      double aSecond = count / (nanos / 1e9);
      System.out.printf(
          Locale.ROOT,
          "%,d messages of %d bytes in %.2f s: %,.0f a second%n",
          count,
          MESSAGE,
          nanos / 1e9,
          aSecond);
    }
  }

  /** Spins briefly, then yields; fails if the other process has ended. */
  private static void pause(int tries, ProcessHandle other) {
    if (tries % PATIENCE != 0) {
      Thread.onSpinWait();
    } else if (other.isAlive()) {
      Thread.yield();
    } else {
      throw new IllegalStateException("the other process has ended");
    }
  }
}
