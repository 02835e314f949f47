package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Errno;
import io.mman.Mapping;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.testing.ChildJvm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RingBufferTest {
  private static final int CAPACITY = 256;

  private final Arena arena = Arena.ofConfined();
  private final NativeFile memory = RingBuffer.create(CAPACITY);
  private final RingBuffer producer = RingBuffer.producer(memory.path(), arena);
  private final RingBuffer consumer = RingBuffer.consumer(memory.path(), arena);
  private final byte[] target = new byte[CAPACITY];

  @AfterEach
  void close() {
    arena.close();
    memory.close();
  }

  private byte[] poll() {
    int length = consumer.poll(MemorySegment.ofArray(target));
    return length < 0 ? null : Arrays.copyOf(target, length);
  }

  /** A queue of arrays is the model; the ring goes round hundreds of times. */
  @Test
  void messagesOfAnySizeArriveUnchanged() {
    Random random = new Random(42);
    Queue<byte[]> model = new ArrayDeque<>();
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] message = new byte[random.nextInt(CAPACITY / 2 - 3)];
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
  void fullRingRefusesUntilSomethingIsRead() {
    MemorySegment message = MemorySegment.ofArray(new byte[CAPACITY / 2 - 4]);

    assertTrue(producer.offer(message));
    assertTrue(producer.offer(message));
    assertFalse(producer.offer(MemorySegment.ofArray(new byte[0])));
    assertEquals(message.byteSize(), consumer.poll(MemorySegment.ofArray(target)));
    assertTrue(producer.offer(message));
  }

  @Test
  void messageOfMoreThanHalfTheRingIsRefused() {
    MemorySegment message = MemorySegment.ofArray(new byte[CAPACITY / 2 - 3]);

    assertThrows(IllegalArgumentException.class, () -> producer.offer(message));
  }

  @Test
  void sideThatIsOpenedAgainGoesOnWhereItWas() {
    producer.offer(MemorySegment.ofArray(new byte[] {1}));
    producer.offer(MemorySegment.ofArray(new byte[] {2}));
    consumer.poll(MemorySegment.ofArray(target));
    RingBuffer next = RingBuffer.consumer(memory.path(), arena);
    RingBuffer.producer(memory.path(), arena).offer(MemorySegment.ofArray(new byte[] {3}));

    assertEquals(1, next.poll(MemorySegment.ofArray(target)));
    assertEquals(2, target[0]);
    assertEquals(1, next.poll(MemorySegment.ofArray(target)));
    assertEquals(3, target[0]);
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
  void wrongLengthIsAnException() {
    producer.offer(MemorySegment.ofArray(new byte[8]));
    try (Arena other = Arena.ofConfined()) {
      Mapping.file(memory.path())
          .protection(Protection.READ_WRITE)
          .map(other)
          .segment()
          .set(ValueLayout.JAVA_INT, 256, Integer.MAX_VALUE);
    }

    assertThrows(IndexOutOfBoundsException.class, this::poll);
  }

  @Test
  void twoProcessesExchangeEveryMessage() {
    String line = ChildJvm.of(RingBufferMain.class).run("300000").success();

    assertTrue(
        line.matches("300,000 messages of 32 bytes in \\d+\\.\\d\\d s: [\\d,]+ a second\n"), line);
  }
}
