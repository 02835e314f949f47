package io.mman.ipc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.NativeFile;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every platform does, or refuses, tested with the public API and the JDK alone. */
@Timeout(120)
class PortableIpcTest {
  private static final long PAGE = Mman.pageSize();
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;

  private NativeFile file;
  private MappedRegion region;

  @BeforeEach
  void map() {
    file =
        NativeFile.open(
            folder.resolve("file"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    file.resize(PAGE);
    region = Mapping.file(file).readWrite().mirrored().mapShared();
  }

  @AfterEach
  void close() {
    region.close();
    file.close();
  }

  @Test
  void bothHalvesAreTheSameBytes() {
    region.segment().set(JAVA_LONG_UNALIGNED, PAGE - 4, 0x0123_4567_89ab_cdefL);

    int first = region.segment().get(JAVA_INT, 0);
    assertEquals(first, region.segment().get(JAVA_INT, PAGE));
    assertTrue(first == 0x0123_4567 || first == 0x89ab_cdef);
  }

  /** The word may be at one address for the waiting thread, and at its twin for the other one. */
  @Test
  void aWaitingThreadIsWoken() throws Exception {
    Futex word;
    try {
      word = Futex.at(region, 0);
    } catch (UnsupportedOperationException e) {
      return; // as documented for other systems
    }
    assertFalse(word.await(0, Duration.ofMillis(20)));
    assertTrue(word.await(1, LONG));
    CompletableFuture<Boolean> woken = new CompletableFuture<>();
    Thread waiter =
        new Thread(
            () -> {
              try {
                woken.complete(word.await(0, LONG));
              } catch (InterruptedException | RuntimeException e) {
                woken.completeExceptionally(e);
              }
            });
    waiter.start();
    Futex twin = Futex.at(region, PAGE);
    while (!woken.isDone()) {
      twin.wakeAll();
      Thread.onSpinWait();
    }
    assertTrue(woken.get());
  }

  @Test
  void aLockExcludesOtherParticipants() {
    Path lockFile = folder.resolve("lock");
    try (SharedLock one = SharedLock.at(region, 64, lockFile);
        SharedLock other = SharedLock.at(region, PAGE + 64, lockFile)) {
      assertEquals(SharedLock.State.CLEAN, one.lock());
      assertEquals(Optional.empty(), other.tryLock());
      one.unlock();
      assertEquals(Optional.of(SharedLock.State.CLEAN), other.tryLock());
      other.unlock();
    } catch (UnsupportedOperationException e) {
      assertFalse(System.getProperty("os.name").equals("Linux"));
    }
  }

  @Test
  void memoryIsHandedOverOrThatIsRefused() throws Exception {
    Path socket = folder.resolve("socket");
    if (!System.getProperty("os.name").equals("Linux")) {
      assertThrows(UnsupportedOperationException.class, () -> Handover.listen(socket));
      return;
    }
    try (Handover door = Handover.listen(socket)) {
      Thread giver = new Thread(() -> door.give(file));
      giver.start();
      try (NativeFile taken = Handover.take(socket, LONG)) {
        assertEquals(PAGE, taken.size());
      }
      giver.join();
    }
  }
}
