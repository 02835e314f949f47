package io.mman.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.ipc.SharedLock.State;
import io.mman.testing.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a lock in shared memory when its owner dies, or only seems to. */
@Timeout(180)
class SharedLockDeathTest {
  private static final int ROUNDS = Integer.getInteger("mman.lock.rounds", 200);
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;

  private SharedData data;
  private LockPeer peer;

  @BeforeEach
  void prepare() throws IOException {
    Path memory = folder.resolve("memory");
    data = new SharedData(memory);
    peer = new LockPeer(folder, memory, lockFile());
  }

  @AfterEach
  void close() {
    data.close();
  }

  private Path lockFile() {
    return folder.resolve("lock");
  }

  private SharedLock lock() {
    return SharedLock.at(data.region(), 0, lockFile());
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** Each death is told to exactly one owner, in this process or another. */
  @Test
  void everyDeathOfAnOwnerIsTold() throws Exception {
    playWith("kill", ROUNDS);
    assertEquals(ROUNDS, data.died());
    System.out.println(
        "The death of an owner was known after " + data.worstNanos() / 1_000_000 + " ms at most.");
  }

  @Test
  void deathsAtAnyTimeLoseNoStep() throws Exception {
    playWith("storm", ROUNDS / 2);
    assertTrue(data.died() <= ROUNDS);
  }

  /** Two threads with one object and one with another take part until the killing ends. */
  private void playWith(String mode, int rounds) throws Exception {
    try (SharedLock lock = lock();
        SharedLock other = lock()) {
      Process killer = peer.start(mode, rounds);
      List<FutureTask<Void>> tasks = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        SharedLock mine = i == 0 ? other : lock;
        int slot = 2001 + i;
        tasks.add(new FutureTask<>(() -> stepUntilEnd(mine, slot, killer)));
        Thread.ofPlatform().daemon().start(tasks.getLast());
      }
      assertEquals(0, killer.waitFor());
      for (FutureTask<Void> task : tasks) {
        task.get();
      }
      data.step(lock, 2001);
      data.check();
    }
  }

  private Void stepUntilEnd(SharedLock lock, int slot, Process killer) {
    while (killer.isAlive()) {
      data.step(lock, slot);
    }
    return null;
  }

  @Test
  void aStoppedOwnerIsNotDead() throws Exception {
    try (SharedLock lock = lock()) {
      Process owner = peer.hold(0);
      Command.run(List.of("kill", "-STOP", Long.toString(owner.pid()))).success();
      assertEquals(Optional.empty(), lock.tryLock());
      assertEquals(Optional.empty(), lock.tryLock(Duration.ofMillis(100)));
      Command.run(List.of("kill", "-CONT", Long.toString(owner.pid()))).success();
      assertEquals(Optional.empty(), lock.tryLock());
      kill(owner);
      assertEquals(Optional.of(State.OWNER_DIED), lock.tryLock());
      lock.unlock();
    }
  }

  /** They have never seen the owner alive. */
  @Test
  void newcomersAreToldToo() throws Exception {
    for (int i = 0; i < 3; i++) {
      kill(peer.hold(0));
      try (SharedLock first = lock();
          SharedLock second = lock();
          SharedLock third = lock()) {
        assertEquals(
            Optional.of(State.OWNER_DIED),
            i == 1 ? Optional.of(second.lock()) : second.tryLock(LONG));
        assertEquals(Optional.empty(), third.tryLock());
        second.unlock();
        assertEquals(Optional.of(State.CLEAN), first.tryLock());
        first.unlock();
      }
    }
  }

  /** Both owners have the number 1 in their locks. */
  @Test
  void locksWithOneFileHaveOwnersOfTheirOwn() throws Exception {
    Process dying = peer.hold(0);
    Process living = peer.hold(32);
    kill(dying);
    try (SharedLock first = lock();
        SharedLock second = SharedLock.at(data.region(), 32, lockFile())) {
      assertEquals(Optional.of(State.OWNER_DIED), first.tryLock());
      assertEquals(Optional.empty(), second.tryLock());
      assertEquals(Optional.empty(), second.tryLock(Duration.ofMillis(50)));
      kill(living);
      assertEquals(State.OWNER_DIED, second.lock());
      first.unlock();
      second.unlock();
    }
  }

  /** The next owner is told of its predecessor, even if that one knew of its own. */
  @Test
  void anOwnerThatDiesDuringTheRepairIsDeadToo() throws Exception {
    kill(peer.hold(0));
    Process second = peer.start("hold", 0);
    assertTrue(LockPeer.line(second).endsWith("OWNER_DIED"));
    kill(second);
    try (SharedLock lock = lock()) {
      assertEquals(State.OWNER_DIED, lock.lock());
      lock.unlock();
      assertEquals(State.CLEAN, lock.lock());
      lock.unlock();
    }
  }
}
