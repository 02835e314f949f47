package io.mman.benchmarks.contests;

import io.mman.NativeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A small file system in memory without a free page, which only root can mount. It has no name any
 * more, and ends with the last of its files that is open or mapped.
 */
final class FullDisk {
  private static final int PAGE = 4096;

  private FullDisk() {}

  /**
   * Mounts a file system, creates a file that is one hole, and fills the file system up.
   *
   * @throws UnsupportedOperationException if it cannot be mounted
   */
  static NativeFile hole(long bytes) throws IOException {
    Path folder = Files.createTempDirectory("full");
    try {
      run("mount", "-t", "tmpfs", "-o", "size=64k", "none", folder.toString());
      try {
        Path path = Files.createFile(folder.resolve("hole"));
        NativeFile hole = NativeFile.open(path, StandardOpenOption.WRITE);
        hole.resize(bytes);
        fill(folder.resolve("filler"));
        return hole;
      } finally {
        run("umount", "-l", folder.toString());
      }
    } finally {
      Files.delete(folder);
    }
  }

  private static void fill(Path filler) throws IOException {
    try (FileChannel channel =
        FileChannel.open(filler, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (true) {
        channel.write(ByteBuffer.allocate(PAGE));
      }
    } catch (IOException full) {
      if (Files.size(filler) == 0) {
        throw full;
      }
    }
  }

  private static void run(String... command) throws IOException {
    try {
      int exit =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (exit != 0) {
        throw new UnsupportedOperationException(command[0] + " is not permitted");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnsupportedOperationException(e);
    }
  }
}
