package io.mman.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.ipc.SharedLock.State;
import io.mman.testing.ChildJvm;
import io.mman.testing.OpenFiles;
import io.mman.testing.Requirements;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A lock in shared memory that threads of several processes use. */
@Timeout(180)
class SharedLockProcessTest {
  private static final int STEPS = Integer.getInteger("mman.lock.steps", 5000);

  /** A process that it starts is pid 1. */
  private static final String[] NAMESPACE = {"unshare", "--pid", "--fork", "--mount-proc"};

  @TempDir Path folder;

  private SharedData data;

  @BeforeEach
  void prepare() {
    data = new SharedData(memory());
  }

  @AfterEach
  void close() {
    data.close();
  }

  private Path memory() {
    return folder.resolve("memory");
  }

  private Path lockFile() {
    return folder.resolve("lock");
  }

  private SharedLock lock() {
    return SharedLock.at(data.region(), 0, lockFile());
  }

  private String[] arguments(String mode) {
    return new String[] {memory().toString(), lockFile().toString(), mode, Integer.toString(STEPS)};
  }

  /** Platform threads, virtual threads, two JVMs and C, all of which begin with new memory. */
  @Test
  void theLockIsNeverHeldTwice() throws Exception {
    LockPeer peer = new LockPeer(folder, memory(), lockFile());
    Process java = ChildJvm.of(LockChild.class).start(arguments("count"));
    Process c = peer.start("count", STEPS);
    try (SharedLock lock = lock();
        SharedLock other = lock()) {
      List<FutureTask<Void>> tasks = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        SharedLock mine = i < 3 ? lock : other;
        int slot = 2001 + i;
        tasks.add(new FutureTask<>(() -> step(mine, slot)));
        (i % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual()).start(tasks.getLast());
      }
      for (FutureTask<Void> task : tasks) {
        task.get();
      }
      assertEquals(0, c.waitFor());
      assertEquals(0, java.waitFor());
    }
    data.check();
    assertEquals(6L * STEPS, data.steps());
    assertEquals(0, data.died());
  }

  private Void step(SharedLock lock, int slot) {
    for (int i = 0; i < STEPS; i++) {
      data.step(lock, slot);
    }
    return null;
  }

  /** Owner and waiter have the same number for the kernel, each in its namespace. */
  @Test
  void deathIsNoticedAcrossPidNamespaces() throws Exception {
    Requirements.requireSuccess("the right to create a PID namespace", concat(NAMESPACE, "true"));
    LockPeer peer = new LockPeer(folder, memory(), lockFile());
    Process java = ChildJvm.of(LockChild.class).under(NAMESPACE).start(arguments("hold"));
    assertEquals("pid 1: CLEAN", LockPeer.line(java));
    Process c = LockPeer.start(peer.words(List.of(NAMESPACE), 0, "hold", 0));
    awaitParticipants(2);
    kill(java);
    assertEquals("pid 1: OWNER_DIED", LockPeer.line(c));
    Process next = ChildJvm.of(LockChild.class).under(NAMESPACE).start(arguments("hold"));
    awaitParticipants(3);
    kill(c);
    assertEquals("pid 1: OWNER_DIED", LockPeer.line(next));
    try (SharedLock lock = lock()) {
      assertEquals(Optional.empty(), lock.tryLock());
      kill(next);
      assertEquals(State.OWNER_DIED, lock.lock());
      lock.unlock();
    }
  }

  private static String[] concat(String[] words, String last) {
    List<String> all = new ArrayList<>(List.of(words));
    all.add(last);
    return all.toArray(String[]::new);
  }

  private void awaitParticipants(int n) {
    while (data.participants() < n) {
      Thread.onSpinWait();
    }
  }

  /** Kills what unshare(1) has started, which ends, too. */
  private static void kill(Process unshare) throws InterruptedException {
    unshare.descendants().forEach(ProcessHandle::destroyForcibly);
    unshare.waitFor();
  }

  @Test
  void participantsComeAndGoWithoutATrace() {
    lock().close();
    TreeMap<Integer, String> files = OpenFiles.all();
    for (int i = 0; i < 300; i++) {
      try (SharedLock lock = lock()) {
        data.step(lock, 100);
        assertEquals(files.size() + 1, OpenFiles.count());
      }
    }
    assertEquals(files, OpenFiles.all());
    assertEquals(301, data.participants());
    data.check();
  }
}
