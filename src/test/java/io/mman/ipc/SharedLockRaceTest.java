package io.mman.ipc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.ipc.SharedLock.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What two threads do to a lock in shared memory at the same time. */
@Timeout(60)
class SharedLockRaceTest {
  private static final int ROUNDS = 200;

  @TempDir Path folder;

  private final MappedRegion region = Mapping.anonymous(8192).shared().mapShared();
  private final CyclicBarrier start = new CyclicBarrier(2);

  @AfterEach
  void close() {
    region.close();
  }

  private <T> FutureTask<T> begin(Callable<T> task) {
    FutureTask<T> future =
        new FutureTask<>(
            () -> {
              start.await();
              return task.call();
            });
    Thread.ofPlatform().daemon().start(future);
    return future;
  }

  /** Returns what a task returns, or throws. */
  private static Object outcome(FutureTask<?> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  @Test
  void newMemoryAndANewFileAreTiedOnce() throws Exception {
    Path file = folder.resolve("lock");
    for (int i = 0; i < ROUNDS; i++) {
      Files.deleteIfExists(file);
      region.segment().asSlice(0, 16).fill((byte) 0);
      FutureTask<SharedLock> one = begin(() -> SharedLock.at(region, 0, file));
      FutureTask<SharedLock> two = begin(() -> SharedLock.at(region, 0, file));
      try (SharedLock first = one.get();
          SharedLock second = two.get()) {
        first.lock();
        assertEquals(Optional.empty(), second.tryLock());
        first.unlock();
        assertEquals(2, region.segment().get(JAVA_INT, 4));
        assertEquals(1, (int) region.segment().get(JAVA_LONG, 8));
      }
    }
  }

  @Test
  void memoryIsTiedToOneOfTwoFiles() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      region.segment().asSlice(0, 16).fill((byte) 0);
      FutureTask<SharedLock> first = begin(() -> SharedLock.at(region, 0, folder.resolve("one")));
      FutureTask<SharedLock> second = begin(() -> SharedLock.at(region, 0, folder.resolve("two")));
      Object[] ends = {outcome(first), outcome(second)};
      int refused = ends[0] instanceof SharedLock ? 1 : 0;
      assertInstanceOf(IllegalArgumentException.class, ends[refused]);
      try (SharedLock lock = (SharedLock) ends[1 - refused]) {
        assertEquals(State.CLEAN, lock.lock());
        lock.unlock();
      }
    }
  }

  /** One thread takes the lock from a dead owner, while another closes the object. */
  @Test
  void aDeathIsNotForgottenByAnObjectThatIsClosed() throws Exception {
    Path file = folder.resolve("lock");
    try (SharedLock witness = SharedLock.at(region, 0, file)) {
      for (int i = 0; i < ROUNDS; i++) {
        SharedLock.at(region, 0, file).close();
        region.segment().set(JAVA_INT, 0, region.segment().get(JAVA_INT, 4));
        SharedLock lock = SharedLock.at(region, 0, file);
        FutureTask<Optional<State>> taking =
            begin(
                () -> {
                  Optional<State> state = lock.tryLock();
                  lock.unlock();
                  return state;
                });
        FutureTask<Boolean> closing = begin(() -> isClosed(lock));
        boolean isTaken = outcome(taking) instanceof Optional<?>;
        assertNotNull(outcome(closing));
        State next = witness.tryLock().orElseThrow();
        witness.unlock();
        assertEquals(isTaken ? State.CLEAN : State.OWNER_DIED, next);
        lock.close();
      }
    }
  }

  private static boolean isClosed(SharedLock lock) {
    try {
      lock.close();
      return true;
    } catch (IllegalStateException held) {
      return false;
    }
  }

  /** The lock is released or held, never both and never neither. */
  @Test
  void unlockAndChangesOfTheRegionDoNotDisturbEachOther() throws Exception {
    try (SharedLock lock = SharedLock.at(region, 0, folder.resolve("lock"))) {
      for (int i = 0; i < ROUNDS; i++) {
        long size = i % 2 == 0 ? 4096 : 8192;
        FutureTask<Integer> attempts = begin(() -> lockAndUnlock(lock));
        FutureTask<Object> change = begin(() -> region.resize(size));
        assertNotNull(outcome(change));
        attempts.get();
        assertEquals(0, region.segment().get(JAVA_INT, 0));
        assertEquals(Optional.of(State.CLEAN), lock.tryLock());
        lock.unlock();
      }
    }
  }

  private static int lockAndUnlock(SharedLock lock) {
    int attempts = 0;
    boolean isHeld = false;
    while (true) {
      attempts++;
      try {
        if (!isHeld) {
          lock.lock();
          isHeld = true;
        }
        lock.unlock();
        return attempts;
      } catch (IllegalStateException changed) {
        // Again, with the view after the change.
      }
    }
  }
}
