package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** A {@link PageStore}, and a map that does the same. */
final class PageStoreModel implements AutoCloseable {
  private final Path path;
  private PageStore store;
  private TreeMap<byte[], byte[]> map = new TreeMap<>(Arrays::compareUnsigned);
  private TreeMap<byte[], byte[]> committed = new TreeMap<>(map);

  PageStoreModel(Path path) {
    this.path = path;
    store = new PageStore(path);
  }

  /** Puts and deletes keys, of which there are so many. */
  void change(long seed, int count, int keys, int putsOfTen) {
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      byte[] key = key(random.nextInt(keys));
      if (random.nextInt(10) < putsOfTen) {
        boolean isLarge = random.nextInt(8) == 0;
        byte[] value = new byte[random.nextInt((isLarge ? PageStore.MAX_VALUE : 40) + 1)];
        random.nextBytes(value);
        put(key, value);
      } else {
        delete(key);
      }
    }
  }

  /** Deletes neighbours, upwards or downwards. */
  void deleteFrom(int number, int count) {
    byte[] from = key(number);
    for (int i = 0; i < Math.abs(count); i++) {
      byte[] key = count > 0 ? map.ceilingKey(from) : map.floorKey(from);
      if (key != null) {
        delete(key);
      }
    }
  }

  /** Keys are of very different sizes, up to the largest; number 0 is the empty key. */
  private static byte[] key(int number) {
    Random random = new Random(number);
    int size = random.nextInt(8) == 0 ? random.nextInt(PageStore.MAX_KEY + 1) : random.nextInt(12);
    byte[] key = new byte[number == 0 ? 0 : number == 1 ? PageStore.MAX_KEY : size];
    random.nextBytes(key);
    return key;
  }

  private void put(byte[] key, byte[] value) {
    store.put(key, value);
    map.put(key, value);
    assertArrayEquals(value, store.get(key));
  }

  private void delete(byte[] key) {
    assertEquals(map.remove(key) != null, store.delete(key));
    assertEquals(null, store.get(key));
  }

  void commit() {
    store.commit();
    committed = new TreeMap<>(map);
    checkFile();
  }

  void rollback() {
    store.rollback();
    map = new TreeMap<>(committed);
    check();
  }

  void reopen() {
    store.close();
    checkFile();
    store = new PageStore(path);
    map = new TreeMap<>(committed);
    check();
  }

  void check() {
    check(store, map, new byte[0]);
  }

  void checkFrom(int number) {
    byte[] from = key(number);
    check(store, map.tailMap(from), from);
  }

  static void check(PageStore store, SortedMap<byte[], byte[]> map, byte[] from) {
    Iterator<Map.Entry<byte[], byte[]>> entries = map.entrySet().iterator();
    store.scan(
        from,
        (key, value) -> {
          assertTrue(entries.hasNext(), "too many");
          Map.Entry<byte[], byte[]> next = entries.next();
          assertArrayEquals(next.getKey(), key);
          assertArrayEquals(next.getValue(), value);
          return true;
        });
    assertFalse(entries.hasNext(), "too few");
  }

  void checkFile() {
    try {
      assertSame(committed, PageStoreFile.read(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertSame(Map<byte[], byte[]> expected, Map<byte[], byte[]> actual) {
    assertEquals(expected.size(), actual.size());
    expected.forEach((key, value) -> assertArrayEquals(value, actual.get(key)));
  }

  @Override
  public void close() {
    store.close();
  }
}
