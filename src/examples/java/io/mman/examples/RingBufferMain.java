package io.mman.examples;

import io.mman.FileSeal;
import io.mman.NativeFile;
import io.mman.ipc.Handover;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Sends messages to another process through a {@link RingBuffer}, whose memory it passes to that
 * process with {@link Handover}, and prints the number of messages per second. The first argument
 * is the number of messages, by default 10 million. The remaining arguments are the command that
 * starts the consumer, by default another JVM; the path of the socket and the number of messages
 * are appended to the command:
 *
 * <pre>
 *   RingBufferMain 100000 python3 src/examples/python/ring_consumer.py
 * </pre>
 */
public final class RingBufferMain {
  private static final long CAPACITY = 1 << 20;
  static final int MESSAGE = 32; // in bytes; contains the number of the message four times
  private static final String DOOR = "door";
  private static final String LOCKS = "locks";

  /** What one side does with the ring. */
  interface Side {
    void use(RingBuffer ring) throws InterruptedException;
  }

  private RingBufferMain() {}

  public static void main(String... arguments) throws IOException, InterruptedException {
    long count = arguments.length > 0 ? Long.parseLong(arguments[0]) : 10_000_000;
    run(door -> consumer(arguments, door, count), ring -> produce(ring, count));
  }

  /**
   * Starts the process of the consumer, passes the memory to it, and lets the producer write.
   *
   * @param consumer returns how to start that process, given the path of the socket
   */
  static void run(Function<Path, ProcessBuilder> consumer, Side producer)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("mman-ring");
    try (NativeFile memory = RingBuffer.create(CAPACITY);
        Handover door = Handover.listen(folder.resolve(DOOR));
        RingBuffer ring = RingBuffer.producer(memory, folder.resolve(LOCKS))) {
      Process process = ChildProcess.start(consumer.apply(folder.resolve(DOOR)).inheritIO());
      process.onExit().thenRun(door::close); // it may have failed to take the memory
      door.give(memory);
      producer.use(ring);
      if (process.waitFor() != 0) {
        throw new IOException("the consumer failed");
      }
    } finally {
      Files.deleteIfExists(folder.resolve(LOCKS));
      Files.delete(folder);
    }
  }

  private static ProcessBuilder consumer(String[] arguments, Path door, long count) {
    String[] last = {door.toString(), Long.toString(count)};
    if (arguments.length < 2) {
      return ChildProcess.builder(List.of(), Child.class, last);
    }
    List<String> words = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
    words.addAll(List.of(last));
    return new ProcessBuilder(words);
  }

  static void produce(RingBuffer ring, long count) throws InterruptedException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(MESSAGE, Long.BYTES);
      for (long number = 0; number < count; number++) {
        for (int at = 0; at < MESSAGE; at += Long.BYTES) {
          message.set(ValueLayout.JAVA_LONG, at, number);
        }
        ring.put(message);
      }
    }
  }

  /**
   * The second JVM, which checks every message and measures the time from the first message to the
   * last.
   */
  static final class Child {
    private Child() {}

    public static void main(String... arguments) throws InterruptedException {
      run(Path.of(arguments[0]), ring -> consume(ring, Long.parseLong(arguments[1])));
    }

    /** Takes the memory from the socket, and lets the consumer read. */
    static void run(Path door, Side consumer) throws InterruptedException {
      try (NativeFile memory = Handover.take(door, FileSeal.SHRINK);
          RingBuffer ring = RingBuffer.consumer(memory, door.resolveSibling(LOCKS))) {
        consumer.use(ring);
      }
    }

    static void consume(RingBuffer ring, long count) throws InterruptedException {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment message = arena.allocate(MESSAGE, Long.BYTES);
        long start = 0;
        for (long number = 0; number < count; number++) {
          int length = ring.take(message);
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
      System.out.printf(
          Locale.ROOT,
          "%,d messages of %d bytes in %.2f s: %,.0f a second%n",
          count,
          MESSAGE,
          nanos / 1e9,
          count / (nanos / 1e9));
    }
  }
}
