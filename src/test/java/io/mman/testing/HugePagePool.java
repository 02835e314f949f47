package io.mman.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.NativeFile;
import io.mman.internal.proc.Proc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The system's pool of explicit huge pages, filled for a test and restored after it. A lock keeps
 * other processes that use this class from changing it meanwhile.
 */
public final class HugePagePool implements AutoCloseable {
  private static final Path POOL = Path.of("/proc/sys/vm/nr_hugepages");

  /** Of the default size, in bytes. */
  public final long page = Proc.memoryBytes("Hugepagesize").orElse(0);

  private final NativeFile lock;
  private final String before;

  private HugePagePool(NativeFile lock) {
    this.lock = lock;
    before = read("/proc/sys/vm/nr_hugepages");
  }

  /** Skips the test if the pool is in use. */
  public static HugePagePool open() {
    assumeTrue(Files.exists(POOL), "the kernel has no explicit huge pages");
    Requirements.requireWritable(POOL);
    NativeFile lock = NativeFile.open(POOL, StandardOpenOption.WRITE);
    lock.lock(false);
    HugePagePool pool = new HugePagePool(lock);
    if (pool.total() > 0) {
      lock.close();
      assumeTrue(false, "the pool has pages already");
    }
    return pool;
  }

  /** Gives the pool so many pages; skips the test if memory is too fragmented for them. */
  public void fill(long pages) {
    write(Long.toString(pages));
    assumeTrue(total() == pages, "memory is too fragmented for so many huge pages");
  }

  public long total() {
    return figure("nr_hugepages");
  }

  /** The available pages: neither allocated nor reserved. */
  public long free() {
    return unused() - figure("resv_hugepages");
  }

  /** The pages that are not allocated, although they may be reserved. */
  public long unused() {
    return figure("free_hugepages");
  }

  private long figure(String name) {
    return Long.parseLong(
        read("/sys/kernel/mm/hugepages/hugepages-" + (page >> 10) + "kB/" + name));
  }

  private static String read(String file) {
    try {
      return Files.readAllLines(Path.of(file)).getFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(String number) {
    try {
      Files.writeString(POOL, number);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    write(before);
    lock.close();
  }
}
