package io.mman.benchmarks.contests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reserves explicit huge pages for a contest if the system permits it, and releases them later. */
final class HugePagePool implements AutoCloseable {
  private static final Path POOL = Path.of("/proc/sys/vm/nr_hugepages");
  private static final long PAGE = 2 << 20;

  private String before;

  /** Fills the pool, unless this process may not or the pool is already in use. */
  void fill(long bytes) throws IOException {
    if (Files.isWritable(POOL) && read().equals("0")) {
      before = read();
      Files.writeString(POOL, Long.toString(bytes / PAGE));
    }
  }

  private static String read() throws IOException {
    return Files.readAllLines(POOL).getFirst();
  }

  @Override
  public void close() throws IOException {
    if (before != null) {
      Files.writeString(POOL, before);
    }
  }
}
