package io.mman.ipc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Protection;
import io.mman.ipc.SharedLock.State;
import io.mman.testing.OpenFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A lock in shared memory, as the threads of one process use it. */
@Timeout(60)
class SharedLockTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final long OFFSET = 16;

  @TempDir Path folder;

  private final MappedRegion region = Mapping.anonymous(8192).shared().mapShared();

  @AfterEach
  void closeRegion() {
    region.close();
  }

  private Path file() {
    return folder.resolve("lock");
  }

  private SharedLock lock() {
    return SharedLock.at(region, OFFSET, file());
  }

  private int word() {
    return region.segment().get(JAVA_INT, OFFSET);
  }

  /** Starts a thread. */
  private static <T> FutureTask<T> start(Callable<T> task) {
    FutureTask<T> future = new FutureTask<>(task);
    Thread.ofPlatform().daemon().start(future);
    return future;
  }

  private static Throwable failure(FutureTask<?> future) {
    return assertThrows(ExecutionException.class, future::get).getCause();
  }

  /** Waits until a thread is about to sleep for the word. */
  private void awaitSleeper() {
    while (word() >= 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aFreeLockIsCleanAndItsMemoryIsAsDocumented() throws IOException {
    try (SharedLock lock = lock();
        SharedLock other = lock()) {
      assertEquals(State.CLEAN, other.lock());
      assertEquals(2, word());
      assertEquals(2, region.segment().get(JAVA_INT, OFFSET + 4));
      long tie = region.segment().get(JAVA_LONG, OFFSET + 8);
      assertEquals(1, (int) tie);
      ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(file()));
      assertEquals(0x89_6d_6d_61_6e_6c_6b_01L, header.getLong());
      header.order(ByteOrder.nativeOrder());
      assertEquals((int) (tie >> 32), header.getInt());
      assertEquals(1, header.getInt());
      assertEquals(0, header.remaining());
      other.unlock();
      assertEquals(0, word());
      assertEquals(State.CLEAN, lock.lock());
      assertEquals(1, word());
      lock.unlock();
      assertEquals("SharedLock[offset 16 of " + region + ", \"" + file() + "\"]", lock.toString());
    }
  }

  @Test
  void theOwnerIsAThread() throws Exception {
    try (SharedLock lock = lock()) {
      assertThrows(IllegalMonitorStateException.class, lock::unlock);
      assertEquals(Optional.of(State.CLEAN), lock.tryLock());
      assertThrows(IllegalStateException.class, lock::lock);
      assertEquals(Optional.empty(), lock.tryLock());
      assertEquals(Optional.empty(), lock.tryLock(LONG));
      assertInstanceOf(IllegalMonitorStateException.class, failure(start(() -> unlock(lock))));
      assertEquals(Optional.empty(), start(lock::tryLock).get());
      assertEquals(Optional.empty(), start(() -> lock.tryLock(Duration.ofMillis(50))).get());
      lock.unlock();
      assertThrows(IllegalMonitorStateException.class, lock::unlock);
      assertEquals(Optional.of(State.CLEAN), start(lock::tryLock).get());
      // That thread has ended, and its process has not.
      assertEquals(Optional.empty(), lock.tryLock(Duration.ofNanos(Long.MIN_VALUE)));
      assertThrows(IllegalStateException.class, lock::close);
      region.close();
    }
  }

  @Test
  void aHolderNoticesThatTheRegionIsClosed() {
    try (SharedLock lock = lock()) {
      lock.lock();
      region.close();

      assertThrows(IllegalStateException.class, lock::tryLock);
      assertThrows(IllegalStateException.class, () -> lock.tryLock(LONG));
      assertThrows(IllegalStateException.class, lock::unlock);
    }
  }

  private static Void unlock(SharedLock lock) {
    lock.unlock();
    return null;
  }

  @Test
  void aWaitingThreadIsNext() throws Exception {
    try (SharedLock lock = lock();
        SharedLock other = lock()) {
      for (SharedLock second : List.of(lock, other)) {
        lock.lock();
        FutureTask<State> waiting =
            start(
                () -> {
                  State state = second.lock();
                  assertTrue(word() < 0, "others may sleep, too");
                  second.unlock();
                  return state;
                });
        awaitSleeper();
        lock.unlock();
        assertEquals(State.CLEAN, waiting.get());
        assertEquals(0, word());
      }
    }
  }

  @Test
  void closeIsRefusedWhileTheLockIsHeldAndIdempotentAfterwards() {
    SharedLock lock = lock();
    TreeMap<Integer, String> open = OpenFiles.all();
    lock.lock();
    assertThrows(IllegalStateException.class, lock::close);
    assertEquals(open, OpenFiles.all());
    lock.unlock();
    lock.close();
    lock.close();
    assertThrows(IllegalStateException.class, lock::lock);
    assertThrows(IllegalStateException.class, lock::tryLock);
    assertThrows(IllegalStateException.class, () -> lock.tryLock(LONG));
    assertThrows(IllegalMonitorStateException.class, lock::unlock);
    assertEquals(open.size() - 1, OpenFiles.count());
  }

  @Test
  void closeEndsTheWaitsOfThisObjectOnly() throws Exception {
    try (SharedLock owner = lock();
        SharedLock other = lock()) {
      owner.lock();
      SharedLock closed = lock();
      FutureTask<State> untimed = start(closed::lock);
      FutureTask<Optional<State>> timed = start(() -> closed.tryLock(LONG));
      FutureTask<Optional<State>> others = start(() -> other.tryLock(LONG));
      awaitSleeper();
      closed.close();
      assertInstanceOf(IllegalStateException.class, failure(untimed));
      assertInstanceOf(IllegalStateException.class, failure(timed));
      owner.unlock();
      assertEquals(Optional.of(State.CLEAN), others.get());
      region.close(); // that thread still holds the lock
    }
  }

  @Test
  void aClosedRegionEndsWaitsAndLeavesTheLockToTheNextOwner() throws Exception {
    Path memory = folder.resolve("memory");
    Mapping request = Mapping.file(memory).create(4096);
    MappedRegion lost = request.mapShared();
    try (MappedRegion kept = request.mapShared();
        SharedLock next = SharedLock.at(kept, 0, file())) {
      SharedLock lock = SharedLock.at(lost, 0, file());
      lock.lock();
      FutureTask<State> waiting = start(lock::lock);
      while (kept.segment().get(JAVA_INT, 0) >= 0) {
        Thread.onSpinWait();
      }
      lost.close();
      assertInstanceOf(IllegalStateException.class, failure(waiting));
      assertThrows(IllegalStateException.class, lock::unlock);
      assertInstanceOf(IllegalStateException.class, failure(start(lock::tryLock)));
      assertEquals(Optional.empty(), next.tryLock());
      lock.close();
      assertThrows(IllegalStateException.class, lock::tryLock);
      assertThrows(IllegalStateException.class, lock::unlock);
      assertEquals(Optional.of(State.OWNER_DIED), next.tryLock());
      next.unlock();
      assertEquals(State.CLEAN, next.lock());
      next.unlock();
    }
  }

  @Test
  void aRegionMayBeChangedWhileALockIsHeld() {
    try (SharedLock lock = lock()) {
      lock.lock();
      region.resize(4096);
      region.protect(Protection.READ);
      assertThrows(IllegalStateException.class, lock::unlock);
      assertThrows(IllegalStateException.class, lock::close);
      assertThrows(IllegalArgumentException.class, this::lock);
      region.protect(Protection.NONE);
      assertThrows(IllegalStateException.class, lock::unlock);
      region.protect(Protection.READ_WRITE);
      lock.unlock();
      assertEquals(0, word());
      assertEquals(State.CLEAN, lock.lock());
      lock.unlock();
    }
  }

  @Test
  void interruptsEndOnlyTheTimedWait() throws Exception {
    try (SharedLock lock = lock()) {
      lock.lock();
      FutureTask<Boolean> untimed =
          new FutureTask<>(
              () -> {
                lock.lock();
                lock.unlock();
                return Thread.interrupted();
              });
      FutureTask<Optional<State>> timed = new FutureTask<>(() -> lock.tryLock(LONG));
      List<Thread> threads = new ArrayList<>();
      for (FutureTask<?> task : List.of(untimed, timed)) {
        threads.add(Thread.ofPlatform().start(task));
        threads.add(Thread.ofVirtual().start(task)); // the task runs only once
      }
      awaitSleeper();
      threads.forEach(Thread::interrupt);
      assertInstanceOf(InterruptedException.class, failure(timed));
      assertFalse(untimed.isDone());
      lock.unlock();
      assertTrue(untimed.get());
      Thread.currentThread().interrupt();
      assertThrows(InterruptedException.class, () -> lock.tryLock(LONG));
      assertFalse(Thread.interrupted());
      Thread.currentThread().interrupt();
      assertEquals(State.CLEAN, lock.lock());
      lock.unlock();
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void aLockNeedsSixteenAlignedBytesThatCanBeWritten() {
    assertThrows(IndexOutOfBoundsException.class, () -> SharedLock.at(region, -8, file()));
    assertThrows(IndexOutOfBoundsException.class, () -> SharedLock.at(region, 8184, file()));
    assertThrows(IllegalArgumentException.class, () -> SharedLock.at(region, 4, file()));
    assertThrows(NullPointerException.class, () -> SharedLock.at(region, 0, null));
    assertThrows(NullPointerException.class, () -> SharedLock.at(null, 0, file()));
    MappedRegion readOnly = MappedRegion.of(region.segment().asReadOnly());
    assertThrows(IllegalArgumentException.class, () -> SharedLock.at(readOnly, 0, file()));
    region.close();
    assertThrows(IllegalStateException.class, this::lock);
    assertFalse(Files.exists(file()));
  }

  @Test
  void waitingVirtualThreadsLeaveTheirCarriersFree() throws Exception {
    try (SharedLock lock = lock()) {
      lock.lock();
      List<FutureTask<State>> waiting = new ArrayList<>();
      for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
        waiting.add(
            new FutureTask<>(
                () -> {
                  State state = lock.lock();
                  lock.unlock();
                  return state;
                }));
        Thread.ofVirtual().start(waiting.getLast());
      }
      awaitSleeper();
      FutureTask<Integer> another = new FutureTask<>(() -> 7);
      Thread.ofVirtual().start(another);
      assertEquals(7, another.get());
      lock.unlock();
      for (FutureTask<State> task : waiting) {
        assertEquals(State.CLEAN, task.get());
      }
    }
  }
}
