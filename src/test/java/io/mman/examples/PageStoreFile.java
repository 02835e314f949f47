package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the file of a {@link PageStore} without its code, and checks that each page has exactly one
 * use, that the leaves are on one level, and that no key is on a wrong page.
 */
final class PageStoreFile {
  private static final int PAGE = 4096;
  private static final int HEAD = 16;

  private final ByteBuffer bytes;
  private final BitSet seen = new BitSet();
  private final TreeMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);

  private PageStoreFile(byte[] file) {
    bytes = ByteBuffer.wrap(file).order(ByteOrder.nativeOrder());
  }

  /** Returns the entries of a file, as of the last commit. */
  static SortedMap<byte[], byte[]> read(Path path) throws IOException {
    PageStoreFile file = new PageStoreFile(Files.readAllBytes(path));
    if (file.number(0) != 0) {
      file.seen.set(0);
      file.readPage(PAGE, file.number(PAGE), new byte[0], null);
      file.readFree();
    }
    return file.entries;
  }

  private void readPage(int page, long level, byte[] from, byte @Nullable [] to) {
    use(page);
    assertEquals(level, number(page));
    int end = page + (int) number(page + 8);
    assertTrue(end >= page + HEAD && end <= page + PAGE, "end of the page at " + page);
    assertTrue(level == 0 || end > page + HEAD, "nothing on the page at " + page);
    byte[] last = null;
    for (int at = page + HEAD; at < end; at = next(at)) {
      byte[] key = key(at);
      byte[] first = last == null && level > 0 ? from : key; // the first key has no meaning
      assertTrue(last == null || Arrays.compareUnsigned(last, key) < 0, "order at " + at);
      assertTrue(Arrays.compareUnsigned(from, first) <= 0, "a key too small at " + at);
      assertTrue(to == null || Arrays.compareUnsigned(first, to) < 0, "a key too large at " + at);
      last = key;
      if (level == 0) {
        entries.put(key, slice(at + HEAD, number(at)));
      } else {
        assertEquals(8, number(at));
        byte[] bound = next(at) < end ? key(next(at)) : to;
        readPage((int) number(at + HEAD), level - 1, first, bound);
      }
    }
  }

  /** All pages that are not in the tree are in the list, at the end of which are unused ones. */
  private void readFree() {
    int page = (int) number(16);
    for (; page < bytes.capacity() && number(page) != 0; page = (int) number(page)) {
      use(page);
    }
    assertEquals(page / PAGE, seen.cardinality(), "pages without a use");
    assertEquals(page / PAGE, seen.length());
    for (int at = page; at < bytes.capacity(); at++) {
      assertEquals(0, bytes.get(at));
    }
  }

  private void use(int page) {
    assertTrue(page > 0 && page % PAGE == 0 && page < bytes.capacity(), "a page at " + page);
    assertTrue(!seen.get(page / PAGE), "two uses of the page at " + page);
    seen.set(page / PAGE);
  }

  private int next(int entry) {
    return entry + HEAD + (int) number(entry) + (int) number(entry + 8);
  }

  private byte[] key(int entry) {
    return slice(entry + HEAD + (int) number(entry), number(entry + 8));
  }

  private byte[] slice(int at, long length) {
    return Arrays.copyOfRange(bytes.array(), at, at + (int) length);
  }

  private long number(int at) {
    return bytes.getLong(at);
  }
}
