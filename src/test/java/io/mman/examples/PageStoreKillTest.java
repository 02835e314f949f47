package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store that is killed has whole batches. {@code -Dmman.pageStore.kills=1000} takes minutes. */
@Timeout(value = 1800, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageStoreKillTest {
  private static final int KILLS = Integer.getInteger("mman.pageStore.kills", 15);
  private static final byte[] NUMBER = {}; // the key of the number of the last batch

  private static final ChildJvm WRITER =
      ChildJvm.of(Writer.class)
          .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx64m");

  @TempDir Path folder;

  @Test
  void aKilledWriterLeavesWholeBatches() throws IOException {
    Path path = folder.resolve("store");
    Random random = new Random();
    TreeMap<byte[], byte[]> map = new TreeMap<>(Arrays::compareUnsigned);
    long found = 0;
    for (int i = 0; i < KILLS; i++) {
      long committed = Math.max(found, killOne(path, random));
      try (PageStore store = new PageStore(path)) {
        long before = found;
        found = number(store);
        assertTrue(found == committed || found == committed + 1, found + " after " + committed);
        for (long batch = before + 1; batch <= found; batch++) {
          forEachChange(batch, map::put, map::remove);
          map.put(NUMBER, bytes(batch));
        }
        PageStoreModel.check(store, map, new byte[0]);
      }
      assertEquals(map.size(), PageStoreFile.read(path).size());
    }
    assertTrue(found > KILLS, "only " + found + " batches");
  }

  /** Returns the last number that the writer has printed, or 0. */
  private static long killOne(Path path, Random random) throws IOException {
    Process writer = WRITER.start(path.toString());
    long committed = 0;
    try (DataInputStream in = new DataInputStream(writer.getInputStream())) {
      for (int commits = random.nextInt(5); commits >= 0; commits--) {
        committed = in.readLong(); // the first one before anything is written
      }
      for (int i = random.nextInt(300_000); i > 0; i--) { // any moment is suitable
        Thread.onSpinWait();
      }
      writer.toHandle().destroyForcibly(); // the destroy() of the process would close the pipe
      while (true) {
        committed = in.readLong();
      }
    } catch (EOFException killed) {
      return committed;
    } finally {
      writer.destroyForcibly().onExit().join();
    }
  }

  private static long number(PageStore store) {
    byte[] number = store.get(NUMBER);
    return number == null ? 0 : ByteBuffer.wrap(number).getLong();
  }

  private static byte[] bytes(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  private interface Put {
    void put(byte[] key, byte[] value);
  }

  private interface Delete {
    void delete(byte[] key);
  }

  /** The changes of a batch depend on its number alone. */
  private static void forEachChange(long batch, Put put, Delete delete) {
    Random random = new Random(batch);
    for (int i = 0; i < 400; i++) {
      byte[] key = Integer.toString(random.nextInt(20_000)).repeat(3).getBytes();
      if (random.nextInt(10) < (batch % 20 < 15 ? 8 : 2)) {
        byte[] value = new byte[random.nextInt(200)];
        random.nextBytes(value);
        put.put(key, value);
      } else {
        delete.delete(key);
      }
    }
  }

  /** Commits batches until it is killed. */
  static final class Writer {
    private Writer() {}

    public static void main(String... arguments) throws IOException {
      DataOutputStream committed = new DataOutputStream(System.out);
      try (PageStore store = new PageStore(Path.of(arguments[0]))) {
        for (long batch = number(store); ; batch++) {
          committed.writeLong(batch);
          committed.flush();
          forEachChange(batch + 1, store::put, store::delete);
          store.put(NUMBER, bytes(batch + 1));
          store.commit();
        }
      }
    }
  }
}
