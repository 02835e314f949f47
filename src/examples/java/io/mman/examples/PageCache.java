package io.mman.examples;

import io.mman.Advice;
import io.mman.FileAdvice;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;
import io.mman.Residency;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * Shows which pages of a file are in memory: at the start, after all of them have been requested,
 * and after they have been dropped. Then computes the checksum of the file through a mapping and
 * through a {@code FileChannel}.
 *
 * <pre>
 * mvn -q test-compile exec:exec -Dexample="PageCache PATH"
 * </pre>
 */
public final class PageCache {
  private static final long PIECE = 16 << 20;

  /** One WILLNEED reads at most the readahead window of the device; this is its usual size. */
  private static final long READ_AHEAD = 128 << 10;

  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private PageCache() {}

  public static void main(String... arguments) throws IOException, InterruptedException {
    Usage.require(1, arguments, "PageCache PATH");
    try (NativeFile file = NativeFile.open(Path.of(arguments[0]))) {
      run(file);
    }
  }

  static void run(NativeFile file) throws IOException, InterruptedException {
    System.out.println("PageCache: which pages of a file are in memory (O all, o some)");
    System.out.println(
        "  FileChannel.map cannot show this: isLoaded() reports only whether all pages are"
            + " in memory.\n");
    System.out.printf(Locale.ROOT, "  %s, %,d bytes%n", file.path(), file.size());
    try {
      print("before", residency(file));
      readAhead(file);
      print("after WILLNEED", residency(file));
      drop(file);
      print("after DONTNEED", residency(file));
      System.out.println(
          "  Pages that a process has mapped are not dropped, such as those of the JVM's"
              + " lib/modules.");
    } catch (UnsupportedOperationException e) {
      System.out.println("  " + e.getMessage());
      System.out.println("  Try a file of your own: -Dfile=PATH");
    }
    System.out.printf("%n  CRC32C through a mapping    %08x%n", checksumOfMapping(file));
    System.out.printf("  CRC32C through FileChannel  %08x%n", checksumOfChannel(file));
  }

  /** Maps the file without accessing it, so that this does not load any page into memory. */
  private static Residency residency(NativeFile file) {
    try (MappedRegion region = Mapping.file(file).mapConfined()) {
      return region.residency();
    }
  }

  /** Requests all pages and waits for a limited time, because the file may exceed the memory. */
  private static void readAhead(NativeFile file) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    try (MappedRegion region = Mapping.file(file).mapConfined()) {
      long size = region.size();
      for (long at = 0; at < size && System.nanoTime() < deadline; at += READ_AHEAD) {
        region.advise(Advice.WILLNEED, at, Math.min(READ_AHEAD, size - at));
      }
      while (!region.isResident(0, size) && System.nanoTime() < deadline) {
        Thread.sleep(1);
      }
    }
  }

  /** Drops the pages. The kernel keeps mapped pages, so this process must not have mapped any. */
  static void drop(NativeFile file) {
    file.syncData(); // the kernel also keeps pages that have not been written yet
    file.advise(FileAdvice.DONTNEED, 0, 0);
  }

  private static void print(String when, Residency residency) {
    System.out.printf(
        Locale.ROOT,
        "  %-14s  %-" + (ResidencyBar.WIDTH + 2) + "s %,d/%,d pages, %d%%%n",
        when,
        ResidencyBar.of(residency),
        residency.residentPages(),
        residency.pages(),
        100 * residency.residentPages() / Math.max(1, residency.pages()));
  }

  /** No other process may truncate the file during this call; see {@link Mapping}, Truncation. */
  private static long checksumOfMapping(NativeFile file) {
    CRC32C crc = new CRC32C();
    try (MappedRegion region = Mapping.file(file).mapConfined()) {
      MemorySegment all = region.segment();
      for (long at = 0; at < all.byteSize(); at += PIECE) {
        crc.update(all.asSlice(at, Math.min(PIECE, all.byteSize() - at)).asByteBuffer());
      }
    }
    return crc.getValue();
  }

  private static long checksumOfChannel(NativeFile file) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
    try (FileChannel channel = FileChannel.open(file.path())) {
      while (channel.read(buffer) >= 0) {
        crc.update(buffer.flip());
        buffer.clear();
      }
    }
    return crc.getValue();
  }
}
