package io.mman.examples;

import io.mman.change.Commit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Fills a {@link PageStore} in a temporary file, commits, rolls changes back, and opens the store
 * again. The optional argument is the number of entries; the default is 5000.
 */
public final class PageStoreMain {
  private PageStoreMain() {}

  public static void main(String... arguments) throws IOException {
    int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5000;
    Path folder = Files.createTempDirectory("page-store");
    Path path = folder.resolve("store");
    try {
      try (PageStore store = new PageStore(path)) {
        change(store, count);
      }
      try (PageStore store = new PageStore(path)) {
        System.out.println("opened again, without the uncommitted changes:");
        print(store);
      }
    } finally {
      Files.deleteIfExists(path);
      Files.deleteIfExists(Path.of(path + ".journal"));
      Files.delete(folder);
    }
  }

  private static void change(PageStore store, int count) {
    for (int i = 0; i < count; i++) {
      store.put(key(i), bytes("0 euros"));
    }
    print("put all accounts", store.commit());
    store.put(key(0), bytes("70 euros"));
    store.put(key(count - 1), bytes("30 euros"));
    print("changed two of them", store.commit());
    for (int i = 0; i < count; i += 2) {
      store.delete(key(i));
    }
    System.out.println("deleted every second one, without a commit:");
    print(store);
    store.rollback();
    System.out.println("rolled back:");
    print(store);
    store.delete(key(0));
  }

  private static byte[] key(int number) {
    return bytes(String.format(Locale.ROOT, "account %08d", number));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void print(String what, Commit commit) {
    System.out.printf(
        Locale.ROOT,
        "%s: the commit wrote %,d pages, %,d bytes%n",
        what,
        commit.pages(),
        commit.bytes());
  }

  /** Prints the number of entries and the first one. */
  private static void print(PageStore store) {
    long[] count = {0};
    store.scan(
        new byte[0],
        (key, value) -> {
          if (count[0]++ == 0) {
            System.out.println("  " + text(key) + ": " + text(value));
          }
          return true;
        });
    System.out.printf(Locale.ROOT, "  %,d entries in total%n", count[0]);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
