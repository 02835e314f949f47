package io.mman.durability;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.change.JournalBytes;
import io.mman.testing.ChildJvm;
import io.mman.testing.InMemory;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that a commit takes effect as a whole or not at all when the process is killed at a random
 * moment. {@code -Dmman.commit.kills=200 -Dmman.commit.stops=1000} takes minutes.
 */
@Timeout(value = 1800, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CommitKillTest {
  private static final int KILLS = Integer.getInteger("mman.commit.kills", 10);
  private static final int STOPS = Integer.getInteger("mman.commit.stops", 200);

  private static final ChildJvm WRITER =
      ChildJvm.of(Versions.class)
          .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx64m");

  @TempDir Path folder;

  @Test
  void aKilledWriterLeavesWholeCommits() throws IOException {
    Path file = folder.resolve("file");
    Random random = new Random(16);
    for (int round = 0; round < KILLS; round++) {
      long committed = killOne(file, random);
      long found = Versions.recover(file);
      assertTrue(found == committed || found == committed + 1, found + " after " + committed);
    }
  }

  /** Returns the last number that the writer has printed. */
  private static long killOne(Path file, Random random) throws IOException {
    Process writer = WRITER.start(file.toString());
    long committed = 0;
    try (DataInputStream in = new DataInputStream(writer.getInputStream())) {
      for (int commits = 1 + random.nextInt(4); commits > 0; commits--) {
        committed = in.readLong();
      }
      spin(random);
      writer.toHandle().destroyForcibly(); // destroy() of the process would close the pipe
      while (true) {
        committed = in.readLong();
      }
    } catch (EOFException killed) {
      return committed;
    } finally {
      writer.destroyForcibly().onExit().join();
    }
  }

  private static void spin(Random random) {
    for (int i = random.nextInt(300_000); i > 0; i--) { // any moment is suitable
      Thread.onSpinWait();
    }
  }

  /** The files of a stopped process are in the state that killing the process would leave. */
  @Test
  void aStoppedWriterHasWrittenWholeCommits(
      @TempDir(factory = InMemory.WithAttributes.class) Path memory) throws Exception {
    Path file = folder.resolve("file");
    Random random = new Random(17);
    Process writer = WRITER.start(file.toString());
    int applied = 0;
    try (DataInputStream in = new DataInputStream(writer.getInputStream())) {
      long committed = in.readLong();
      for (int round = 0; round < STOPS; round++) {
        spin(random);
        Stopping.stop(writer.pid());
        Stopping.await(writer.pid());
        while (in.available() >= Long.BYTES) {
          committed = in.readLong();
        }
        Path copy = memory.resolve("file"); // whose recovery waits for no disk
        applied += copy(file, copy) ? 1 : 0;
        Stopping.resume(writer.pid());
        long found = Versions.recover(copy);
        assertTrue(found == committed || found == committed + 1, found + " after " + committed);
      }
    } finally {
      writer.destroyForcibly().onExit().join();
    }
    assertTrue(applied > 0, "no journal was complete");
  }

  /** Copies a file and its journal, and returns whether the file is between two commits. */
  private static boolean copy(Path file, Path copy) throws IOException {
    Versions.open(copy).close();
    byte[] bytes = Files.readAllBytes(file);
    Files.write(copy, bytes, StandardOpenOption.WRITE);
    byte[] journal = Files.readAllBytes(Versions.journal(file));
    // The header is written last, and in one piece: until then, the journal is empty.
    assertNotEquals(JournalBytes.State.INCOMPLETE, JournalBytes.state(journal));
    JournalBytes.rename(journal, JournalBytes.inode(copy), JournalBytes.id(copy));
    Files.write(Versions.journal(copy), journal);
    return !Versions.isWhole(bytes);
  }
}
