package io.mman.durability;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that a process has synced survives when it is killed at any time. {@code
 * -Dmman.kill.rounds=200} takes minutes.
 */
class KillTest {
  private static final int ROUNDS = Integer.getInteger("mman.kill.rounds", 40);

  /** Almost nothing is compiled before the end. */
  private static final ChildJvm WRITER =
      ChildJvm.of(RecordLog.class)
          .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx64m");

  @TempDir Path folder;

  @Test
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void everythingSyncedSurvivesAKill() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      Future<Long> one = pool.submit(() -> killAgainAndAgain("one"));
      Future<Long> two = pool.submit(() -> killAgainAndAgain("two"));
      assertTrue(one.get() + two.get() >= ROUNDS);
    }
  }

  /** Kills writers of one file, each of which continues where the previous one was killed. */
  private long killAgainAndAgain(String name) throws IOException {
    Path file = Files.createFile(folder.resolve(name));
    Random random = new Random(name.hashCode());
    long count = 0;
    for (int round = 0; round < ROUNDS / 2; round++) {
      long synced = Math.max(count, killOne(file, random));
      RecordLog.End end = RecordLog.recover(MemorySegment.ofArray(Files.readAllBytes(file)));
      long before = count;
      count = end.count();
      assertTrue(count >= synced, () -> synced + " synced, " + end + ", before " + before);
      assertTrue(end.offset() > 0);
    }
    return count;
  }

  /** Returns the number of the last record before the last completed sync. */
  private static long killOne(Path file, Random random) throws IOException {
    Process writer = WRITER.start(file.toString());
    long synced = 0;
    try (DataInputStream in = new DataInputStream(writer.getInputStream())) {
      for (int syncs = 1 + random.nextInt(8); syncs > 0; syncs--) {
        synced = in.readLong();
      }
      int spins = random.nextInt(20_000); // any moment is suitable
      for (int i = 0; i < spins; i++) {
        Thread.onSpinWait();
      }
      writer.toHandle().destroyForcibly(); // the destroy() of the process would close the pipe
      while (true) {
        synced = in.readLong();
      }
    } catch (EOFException killed) {
      return synced;
    } finally {
      writer.destroyForcibly().onExit().join();
    }
  }
}
