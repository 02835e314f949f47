package io.mman.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A sample that a child JVM sees on overlayfs, in a mount namespace of its own. */
public final class Overlay {
  private static final String MOUNT =
      "cd \"$0\" && mkdir -p top merged && mount -t tmpfs none top && mkdir top/upper top/work"
          + " && mount -t overlay none"
          + " -o lowerdir=lower,upperdir=top/upper,workdir=top/work merged"
          + " && cd / && exec \"$@\"";

  private Overlay() {}

  /** Returns where the child sees the sample. */
  public static Path file(Path folder) {
    return folder.resolve("merged").resolve("file");
  }

  /**
   * Creates a sample of some length, and returns the words that a command is prefixed with, so that
   * it sees the sample.
   */
  public static String[] mountedAt(Path folder, long length) {
    try {
      Path lower = Files.createDirectories(folder.resolve("lower"));
      Files.move(Samples.file(folder, length), lower.resolve("file"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String[] words = {"unshare", "-m", "sh", "-c", MOUNT, folder.toString()};
    String[] trial = Arrays.copyOf(words, words.length + 1);
    trial[words.length] = "true";
    Requirements.requireSuccess("the right to mount", trial);
    return words;
  }
}
