package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Errno;
import io.mman.MmanException;
import io.mman.testing.ChildJvm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageStoreTest {
  private static final int CHANGES = Integer.getInteger("mman.pageStore.changes", 50_000);

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void choosePath() {
    path = folder.resolve("store");
  }

  /** {@code -Dmman.pageStore.changes=10000000} takes minutes. */
  @Test
  void manyChangesAreThoseOfAMap() {
    try (PageStoreModel model = new PageStoreModel(path)) {
      for (int i = 0; i < 10; i++) {
        model.change(i, CHANGES / 10, CHANGES / 4, i % 4 == 3 ? 2 : 7);
        model.commit();
      }
      model.check();
      model.reopen();
    }
  }

  @Test
  void pagesOfDeletedEntriesAreUsedAgain() throws IOException {
    try (PageStore store = new PageStore(path)) {
      long size = 0;
      for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 1000; i++) {
          store.put(key(round * 1000 + i), new byte[100]);
        }
        store.commit();
        for (int i = 0; i < 1000; i++) {
          assertTrue(store.delete(key(round * 1000 + i)));
        }
        store.commit();
        size = round == 0 ? Files.size(path) : size;
      }
      assertEquals(size, Files.size(path));
    }
    assertEquals(0, PageStoreFile.read(path).size());
  }

  @Test
  void oneTransactionMayBeLargerThanTheFile() throws IOException {
    try (PageStore store = new PageStore(path)) {
      store.put(key(-1), bytes("before"));
      store.commit();
      for (int i = 0; i < 5000; i++) {
        store.put(key(i), new byte[PageStore.MAX_VALUE]);
      }
      assertTrue(Files.size(path) > 5000L * PageStore.MAX_VALUE);
      assertEquals(1, PageStoreFile.read(path).size(), "committed when the file was extended");
      store.rollback();
      assertNull(store.get(key(0)));
      assertArrayEquals(bytes("before"), store.get(key(-1)));
    }
  }

  @Test
  void keysAndValuesThatAreTooLargeAreRefused() {
    try (PageStore store = new PageStore(path)) {
      byte[] key = new byte[PageStore.MAX_KEY];
      byte[] value = new byte[PageStore.MAX_VALUE];
      store.put(key, value);
      assertArrayEquals(value, store.get(key));
      for (int[] sizes : new int[][] {{1, 0}, {0, 1}}) {
        byte[] k = new byte[key.length + sizes[0]];
        byte[] v = new byte[value.length + sizes[1]];
        var e = assertThrows(IllegalArgumentException.class, () -> store.put(k, v));
        assertTrue(e.getMessage().contains(k.length + " and " + v.length + " bytes"));
        assertTrue(e.getMessage().contains("255 and 512"), e.getMessage());
      }
      assertNull(store.get(new byte[key.length + 1]));
    }
  }

  @Test
  void anotherFileIsRefusedAndLeftAsItIs() throws IOException {
    for (int size : new int[] {1, 5000, PageStore.MIN_SIZE, 2 * PageStore.MIN_SIZE}) {
      byte[] foreign = new byte[size];
      foreign[size - 1] = 1;
      Files.write(path, foreign);
      assertRefused("is not a page store");
      assertArrayEquals(foreign, Files.readAllBytes(path));
    }
  }

  @Test
  void aLaterVersionIsRefused() throws IOException {
    try (PageStore store = new PageStore(path)) {
      store.put(key(0), bytes("value"));
      store.commit();
    }
    byte[] file = Files.readAllBytes(path);
    ByteBuffer.wrap(file).order(ByteOrder.nativeOrder()).putLong(8, 2);
    Files.write(path, file);
    assertRefused("has an unknown version");
    assertArrayEquals(file, Files.readAllBytes(path));
  }

  private void assertRefused(String reason) {
    var e = assertThrows(IllegalArgumentException.class, () -> new PageStore(path));
    assertEquals(path + " " + reason, e.getMessage());
  }

  @Test
  void aRefusedFileIsNotLocked() throws IOException {
    Files.write(path, bytes("not a store"));
    assertRefused("is not a page store");
    Files.write(path, new byte[0]);
    new PageStore(path).close();
  }

  @Test
  void aStoreIsOpenOnce() {
    try (PageStore store = new PageStore(path)) {
      var e = assertThrows(MmanException.class, () -> new PageStore(path));
      assertEquals(Errno.EAGAIN, e.error());
      store.put(key(1), bytes("1"));
    }
  }

  @Test
  void aScanEndsWhenTheVisitorSaysSo() {
    try (PageStore store = new PageStore(path)) {
      for (int i = 0; i < 1000; i++) {
        store.put(key(i), bytes("" + i));
      }
      StringBuilder seen = new StringBuilder();
      store.scan(
          key(500),
          (key, value) -> {
            seen.append(new String(value, StandardCharsets.UTF_8)).append(' ');
            return !Arrays.equals(key, key(503));
          });
      assertEquals("500 501 502 503 ", seen.toString());
    }
  }

  @Test
  void programShowsWhatACommitKeeps() {
    List<String> lines = ChildJvm.of(PageStoreMain.class).run("3000").lines();

    assertEquals("  1,500 entries in total", lines.get(4));
    assertEquals("  account 00000000: 70 euros", lines.get(6));
    assertEquals("  3,000 entries in total", lines.get(7));
    assertEquals(lines.subList(6, 8), lines.subList(9, 11));
  }

  private static byte[] key(int number) {
    return ByteBuffer.allocate(4).putInt(number).array();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
