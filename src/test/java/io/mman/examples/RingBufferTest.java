package io.mman.examples;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.testing.ChildJvm;
import io.mman.testing.Elsewhere;
import io.mman.testing.Requirements;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RingBufferTest {
  private static final int CAPACITY = (int) Mman.pageSize();

  @TempDir Path folder;

  private final NativeFile memory = RingBuffer.create(CAPACITY);
  private final byte[] bytes = new byte[CAPACITY];
  private final MemorySegment target = MemorySegment.ofArray(bytes);
  private Path locks;
  private RingBuffer producer;
  private RingBuffer consumer;

  @BeforeEach
  void open() {
    locks = folder.resolve("locks");
    producer = RingBuffer.producer(memory, locks);
    consumer = RingBuffer.consumer(memory, locks);
  }

  @AfterEach
  void close() {
    memory.close();
  }

  private byte[] poll() {
    int length = consumer.poll(target);
    return length < 0 ? null : Arrays.copyOf(bytes, length);
  }

  private static MemorySegment message(int... values) {
    byte[] message = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      message[i] = (byte) values[i];
    }
    return MemorySegment.ofArray(message);
  }

  /** A queue of arrays is the model; the ring goes round hundreds of times. */
  @Test
  void messagesOfAnySizeArriveUnchanged() {
    Random random = new Random(42);
    Queue<byte[]> model = new ArrayDeque<>();
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] message = new byte[random.nextInt(CAPACITY - 3)];
      random.nextBytes(message);
      if (random.nextBoolean()) {
        if (producer.offer(MemorySegment.ofArray(message))) {
          model.add(message);
        } else {
          assertFalse(model.isEmpty(), "an empty ring has room for every message");
          refused++;
        }
      } else {
        byte[] expected = model.poll();
        assertTrue(Arrays.equals(expected, poll()), "at step " + i);
      }
    }
    assertTrue(refused > 1000, "only " + refused);
  }

  @Test
  void aFullRingRefusesUntilSomethingIsRead() {
    MemorySegment message = MemorySegment.ofArray(new byte[CAPACITY / 2 - 4]);

    assertTrue(producer.offer(message));
    assertTrue(producer.offer(message));
    assertFalse(producer.offer(message()));
    assertEquals(message.byteSize(), consumer.poll(target));
    assertTrue(producer.offer(message));
  }

  @Test
  void aMessageThatIsLargerThanTheRingIsRefused() {
    MemorySegment message = MemorySegment.ofArray(new byte[CAPACITY - 3]);

    assertThrows(IllegalArgumentException.class, () -> producer.offer(message));
  }

  @Test
  void aSideIsOpenOnce() {
    assertThrows(IllegalStateException.class, () -> RingBuffer.producer(memory, locks));

    assertTrue(producer.offer(message(1)));
  }

  @Test
  void aSideThatIsOpenedAgainGoesOnWhereItWas() {
    producer.offer(message(1));
    producer.offer(message(2));
    consumer.poll(target);
    consumer.close();
    producer.close();
    consumer = RingBuffer.consumer(memory, locks);
    producer = RingBuffer.producer(memory, locks);
    producer.offer(message(3));

    assertEquals(1, consumer.poll(target));
    assertEquals(2, bytes[0]);
    assertEquals(1, consumer.poll(target));
    assertEquals(3, bytes[0]);
  }

  @Test
  void theConsumerSleepsUntilThereIsAMessage() throws Throwable {
    consumer.close();
    Elsewhere reader =
        Elsewhere.start(
            () -> {
              try (RingBuffer mine = RingBuffer.consumer(memory, locks)) {
                assertEquals(2, mine.take(target));
                assertEquals(-1, mine.take(target));
              }
            });
    reader.awaitIn("await");

    producer.put(message(7, 8));
    producer.close();

    reader.join();
    assertEquals(8, bytes[1]);
  }

  @Test
  void theProducerSleepsUntilThereIsRoom() throws Throwable {
    MemorySegment message = MemorySegment.ofArray(new byte[CAPACITY - 4]);
    producer.close();
    Elsewhere writer =
        Elsewhere.start(
            () -> {
              try (RingBuffer mine = RingBuffer.producer(memory, locks)) {
                mine.put(message);
                mine.put(message);
                assertThrows(IllegalStateException.class, () -> mine.put(message));
              }
            });
    writer.awaitIn("await");

    assertEquals(CAPACITY - 4, consumer.take(target));
    consumer.close();

    writer.join();
  }

  @Test
  void theMemoryCannotBeTruncated() {
    try (NativeFile unmapped = RingBuffer.create(CAPACITY)) {
      MmanException e = assertThrows(MmanException.class, () -> unmapped.resize(0));

      assertEquals(Errno.EPERM, e.error());
    }
  }

  /** The other process may write anything: bounds are checked. */
  @Test
  void aWrongLengthIsAnException() {
    producer.offer(MemorySegment.ofArray(new byte[8]));
    try (MappedRegion other = Mapping.file(memory).readWrite().mapConfined()) {
      other.segment().set(JAVA_INT, Mman.pageSize(), Integer.MAX_VALUE);
    }

    assertThrows(IndexOutOfBoundsException.class, this::poll);
  }

  @Test
  void theDeathOfTheProducerIsNoticedAfterItsMessagesAreRead() throws InterruptedException {
    producer.close();
    ChildJvm.of(DyingProducer.class).run(memory.path().toString(), locks.toString()).success();

    assertEquals(1, consumer.take(target));
    assertEquals(1, consumer.take(target));
    assertThrows(IllegalStateException.class, () -> consumer.take(target));
    assertThrows(IllegalStateException.class, () -> consumer.take(target));
    producer = RingBuffer.producer(memory, locks);
    producer.put(message(3));
    assertEquals(1, consumer.take(target));
    assertEquals(3, bytes[0]);
  }

  /** Ends without closing its side. */
  static final class DyingProducer {
    private DyingProducer() {}

    /** Takes the paths of the memory and of the lock file. */
    public static void main(String... args) throws InterruptedException {
      NativeFile memory = NativeFile.open(Path.of(args[0]), StandardOpenOption.WRITE);
      RingBuffer ring = RingBuffer.producer(memory, Path.of(args[1]));
      ring.put(MemorySegment.ofArray(new byte[1]));
      ring.put(MemorySegment.ofArray(new byte[1]));
      Runtime.getRuntime().halt(0);
    }
  }

  @Test
  void twoProcessesExchangeEveryMessage() {
    String line = ChildJvm.of(RingBufferMain.class).run("300000").success();

    assertTrue(
        line.matches("300,000 messages of 32 bytes in \\d+\\.\\d\\d s: [\\d,]+ a second\n"), line);
  }

  @Test
  void aScriptInPythonReadsEveryMessage() {
    Requirements.requirePrograms("python3");
    String script = Path.of("src/examples/python/ring_consumer.py").toString();

    String line = ChildJvm.of(RingBufferMain.class).run("50000", "python3", script).success();

    assertEquals("50000 messages, the sum is 1249975000\n", line);
  }

  @Test
  void aConsumerThatFailsIsAnError() {
    assertEquals(1, ChildJvm.of(RingBufferMain.class).run("5", "false").exitCode());
  }
}
