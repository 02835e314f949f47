package io.mman.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A disk that a child JVM sees mounted, and that answers some requests only when the child tells it
 * to. The source {@code slowdisk.c} describes it.
 *
 * @param root where the child sees it
 */
public record SlowDisk(Path root) {
  /** The byte that its files consist of. */
  public static final byte CONTENT = 7;

  private static final Path SOURCE = Path.of("src/test/resources/io/mman/testing/slowdisk.c");

  /** Returns where the disk is mounted below a folder. */
  public static String path(Path folder) {
    return folder.resolve("disk").toString();
  }

  /** Returns the words that a command is prefixed with, so that it sees the disk mounted. */
  public static String[] mountedAt(Path folder) {
    Requirements.requireRoot();
    try {
      Path program = CProgram.compile(folder, Files.readString(SOURCE));
      String[] words = {"unshare", "-m", program.toString(), path(folder)};
      Requirements.requireSuccess(
          "the right to mount FUSE", words[0], words[1], words[2], words[3], "true");
      return words;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a file of one MiB. */
  public Path file(int number) {
    return root.resolve(String.valueOf(number));
  }

  /** Holds all fsync requests from now on. */
  public void holdSyncs() {
    tell("hold-fsync");
  }

  /** Holds all requests to read from now on. */
  public void holdReads() {
    tell("hold-read");
  }

  /** Returns when this many requests and page faults are held. */
  public void awaitHeld(int count) {
    tell("await-" + count);
  }

  /** Returns how many requests and page faults are held. */
  public long held() {
    try {
      return Files.size(root.resolve("held"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Answers everything that is held, and holds nothing any more. */
  public void release() {
    tell("release");
  }

  /** Does the same some time after the next request or fault is held, even if this JVM stands. */
  public void holdFor(long millis) {
    tell("hold-for-" + millis);
  }

  /** Prints a line, in the order of everything that the disk does. */
  public void print(String event) {
    tell("event-" + event);
  }

  /** Holds the page faults of missing pages of a range, as a userfaultfd of this JVM allows. */
  public void holdFaults(int userfaultfd, MemorySegment range) {
    tell("uffd-" + userfaultfd + "-" + range.address() + "-" + range.byteSize());
  }

  private void tell(String name) {
    try {
      Files.getLastModifiedTime(root.resolve(name));
      throw new AssertionError("there is a file " + name);
    } catch (NoSuchFileException done) {
      // as always
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
