package io.mman.ipc;

import static io.mman.testing.Failures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Errno;
import io.mman.NativeFile;
import io.mman.testing.ChildJvm;
import io.mman.testing.Elsewhere;
import io.mman.testing.OpenFiles;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Waiting for clients and for givers, what ends it, and clients that misbehave. */
class HandoverWaitTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;

  private final NativeFile memory = NativeFile.memory("given", 4096);
  private final TreeMap<Integer, String> before = OpenFiles.all();
  private Path path;

  /** The first use takes a descriptor for good. */
  @BeforeAll
  static void loadSockets() throws IOException {
    SocketChannel.open(StandardProtocolFamily.UNIX).close();
  }

  @BeforeEach
  void name() {
    path = folder.resolve("door");
  }

  @AfterEach
  void close() {
    assertEquals(before, OpenFiles.all());
    memory.close();
  }

  private SocketChannel connected() throws IOException {
    SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
    client.connect(UnixDomainSocketAddress.of(path));
    return client;
  }

  @Test
  void theFileThatIsClosedMeanwhileEndsGive() throws Throwable {
    NativeFile other = NativeFile.memory("closed", 4096);
    try (Handover door = Handover.listen(path)) {
      Elsewhere giver =
          Elsewhere.start(() -> assertThrows(IllegalStateException.class, () -> door.give(other)))
              .awaitIn("awaitClient");
      other.close();
      giver.join();
      assertThrows(IllegalStateException.class, () -> door.give(other));
    }
  }

  @Test
  void theFileGivenMayBeClosedBeforeItIsTaken() throws Throwable {
    NativeFile other = NativeFile.memory("closed", 8192);
    try (Handover door = Handover.listen(path)) {
      Elsewhere giver =
          Elsewhere.start(
              () -> {
                door.give(other);
                other.close();
              });
      try (NativeFile taken = Handover.take(path, LONG)) {
        giver.join();
        assertEquals(8192, taken.size());
      }
    }
  }

  @Test
  void anInterruptDoesNotEndGiveAndIsKept() throws Throwable {
    try (Handover door = Handover.listen(path)) {
      Elsewhere giver =
          Elsewhere.start(
                  () -> {
                    door.give(memory);
                    assertTrue(Thread.interrupted());
                  })
              .awaitIn("awaitClient");
      giver.thread.interrupt();
      Handover.take(path, LONG).close();
      giver.join();
    }
  }

  @Test
  void anInterruptDoesNotEndTakeAndIsKept() throws Throwable {
    try (Handover door = Handover.listen(path)) {
      Elsewhere taker =
          Elsewhere.start(
                  () -> {
                    Handover.take(path, LONG).close();
                    assertTrue(Thread.interrupted());
                  })
              .awaitIn("await");
      taker.thread.interrupt();
      door.give(memory);
      taker.join();
    }
  }

  @Test
  void eachOfTwoGiversServesOneClient() throws Throwable {
    NativeFile other = NativeFile.memory("other", 8192);
    try (Handover door = Handover.listen(path)) {
      Elsewhere one = Elsewhere.start(() -> door.give(memory)).awaitIn("awaitClient");
      Elsewhere two = Elsewhere.start(() -> door.give(other)).awaitIn("awaitClient");
      try (NativeFile first = Handover.take(path, LONG);
          NativeFile second = Handover.take(path, LONG)) {
        assertEquals(4096 + 8192, first.size() + second.size());
      }
      one.join();
      two.join();
    }
    other.close();
  }

  @Test
  void aPredicateThatThrowsDisconnectsTheClient() throws Throwable {
    RuntimeException thrown = new IllegalArgumentException("a predicate");
    AtomicInteger calls = new AtomicInteger();
    Handover door =
        Handover.listen(
            path,
            peer -> {
              if (calls.incrementAndGet() == 1) {
                throw thrown;
              }
              return true;
            });
    try (door;
        SocketChannel client = connected()) {
      assertSame(thrown, assertThrows(RuntimeException.class, () -> door.give(memory)));
      assertEquals(-1, client.read(ByteBuffer.allocate(1)));
      Elsewhere giver = Elsewhere.start(() -> door.give(memory));
      Handover.take(path, LONG).close();
      giver.join();
    }
  }

  /** One has disconnected, one has sent something, and one does not read. */
  @Test
  void clientsThatMisbehaveDoNotStopTheOthers() throws Throwable {
    try (Handover door = Handover.listen(path)) {
      connected().close();
      try (SocketChannel talker = connected();
          SocketChannel idler = connected()) {
        talker.write(ByteBuffer.allocate(1000));
        door.give(memory); // to the talker, because the first one has gone
        door.give(memory);
        assertEquals(1, talker.read(ByteBuffer.allocate(10)));
        Elsewhere giver = Elsewhere.start(() -> door.give(memory));
        Handover.take(path, LONG).close();
        giver.join();
        assertTrue(idler.isOpen());
      }
    }
  }

  /** Asking whether a path is in use must not take away what is given. */
  @Test
  void whoTriesToListenAtTheSamePathIsNoClient() throws Throwable {
    AtomicInteger clients = new AtomicInteger();
    try (Handover door = Handover.listen(path, peer -> clients.incrementAndGet() > 0)) {
      failure("bind", Errno.EADDRINUSE, () -> Handover.listen(path));
      Elsewhere giver = Elsewhere.start(() -> door.give(memory)).awaitIn("awaitClient");
      failure("bind", Errno.EADDRINUSE, () -> Handover.listen(path));
      assertFalse(giver.isDone());
      Handover.take(path, LONG).close();
      giver.join();
      assertEquals(1, clients.get());
    }
  }

  @Test
  void closingTheListenerEndsTake() throws Throwable {
    Handover door = Handover.listen(path);
    Elsewhere taker =
        Elsewhere.start(() -> failure("recvmsg", Errno.ECONNRESET, () -> Handover.take(path)))
            .awaitIn("await");
    door.close();
    taker.join();
  }

  @Test
  void aReceivedDescriptorIsClosedOnExec() throws Throwable {
    try (Handover door = Handover.listen(path)) {
      Elsewhere giver = Elsewhere.start(() -> door.give(memory));
      try (NativeFile taken = Handover.take(path, LONG)) {
        assertNotEquals(0, flags(taken) & 02000000);
      }
      giver.join();
      try (NativeFile taken = Handover.takeFrom(ProcessHandle.current(), memory.fd())) {
        assertNotEquals(0, flags(taken) & 02000000);
      }
    }
  }

  private static int flags(NativeFile file) throws IOException {
    String text = Files.readString(Path.of("/proc/self/fdinfo/" + file.fd()));
    return Integer.parseInt(text.replaceFirst("(?s).*flags:\\s+(\\d+).*", "$1"), 8);
  }

  /** With one carrier, no other virtual thread would run if one blocked it. */
  @Test
  void theCarrierIsFreeWhileVirtualThreadsWait() {
    assertEquals(
        "free\ngiven\ntaken\nclosed\n",
        ChildJvm.of(HandoverChild.class)
            .options("-Djdk.virtualThreadScheduler.parallelism=1")
            .options("-Djdk.virtualThreadScheduler.maxPoolSize=1")
            .run("virtual", path.toString())
            .success());
  }
}
