package io.mman.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;

/** The open descriptors of this process. */
public final class OpenFiles {
  private OpenFiles() {}

  /** Returns each descriptor with what it refers to; compare two to see which one leaked. */
  public static TreeMap<Integer, String> all() {
    TreeMap<Integer, String> open = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path entry : entries) {
        target(entry, open);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return open;
  }

  /** Returns how many there are. */
  public static int count() {
    return all().size();
  }

  /** Leaves out the descriptor of the listing itself, and those that were closed meanwhile. */
  private static void target(Path entry, TreeMap<Integer, String> open) {
    try {
      String target = Files.readSymbolicLink(entry).toString();
      if (!target.matches("/proc/\\d+/fd")) {
        open.put(Integer.valueOf(entry.getFileName().toString()), target);
      }
    } catch (IOException closed) {
      // Not open any more.
    }
  }
}
