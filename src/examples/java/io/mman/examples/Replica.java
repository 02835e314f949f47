package io.mman.examples;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.NativeFile;
import io.mman.change.ChangeTracker;
import io.mman.change.PageRanges;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32C;

/**
 * Copies a region to a file while other threads continue to store into the region. Each round
 * writes only the pages that have changed since the round before. A store during a round is copied
 * by this round or by the next one, so the file may contain both old and new pages until the
 * threads stop. One more round then makes the file equal to the region.
 *
 * <p>The program lets two threads change some pages of 64 MiB during a number of rounds, and
 * compares checksums at the end. The optional argument is the number of rounds; the default is 10.
 */
public final class Replica implements AutoCloseable {
  private static final long SIZE = 64 << 20;
  private static final long PAGE = Mman.pageSize();
  private static final int PIECE = 1 << 20; // bytes per read for a checksum

  private final MappedRegion source;
  private final NativeFile copy;
  private final ChangeTracker tracker;

  /** Copies the whole region. The caller must close the region and the file. */
  public Replica(MappedRegion source, NativeFile copy) {
    this.source = source;
    this.copy = copy;
    tracker = ChangeTracker.of(source); // before the copy, so that no store is missed
    ship(0, source.size());
  }

  /** Writes the pages that have changed since the last round, and returns them. */
  public PageRanges ship() {
    PageRanges changed = tracker.take();
    changed.forEach(this::ship);
    return changed;
  }

  private void ship(long offset, long length) {
    MemorySegment rest = source.segment().asSlice(offset, length);
    while (rest.byteSize() > 0) { // after a short write, the next one throws the error
      rest = rest.asSlice(copy.write(offset + length - rest.byteSize(), rest));
    }
  }

  /** Returns whether the checksums of the file and the region agree. No thread may be storing. */
  public boolean isEqual() {
    CRC32C expected = new CRC32C();
    CRC32C actual = new CRC32C();
    byte[] piece = new byte[PIECE];
    for (long at = 0; at < source.size(); at += PIECE) {
      int length = (int) Math.min(PIECE, source.size() - at);
      expected.update(source.segment().asSlice(at, length).asByteBuffer());
      long read = copy.read(at, MemorySegment.ofArray(piece).asSlice(0, length));
      actual.update(piece, 0, (int) read);
    }
    return expected.getValue() == actual.getValue();
  }

  @Override
  public void close() {
    tracker.close();
  }

  public static void main(String... arguments) throws IOException, InterruptedException {
    if (!ChangeTracker.isSupported()) {
      System.out.println("Changes can be tracked only on Linux 6.7 or later, with userfaultfd(2).");
      return;
    }
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
    Path path = Files.createTempFile("replica", ".bin");
    try (MappedRegion region = Mapping.anonymous(SIZE).mapShared();
        NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE);
        Replica replica = new Replica(region, file)) {
      run(replica, rounds);
      System.out.println("the checksums " + (replica.isEqual() ? "agree" : "differ"));
    } finally {
      Files.delete(path);
    }
  }

  private static void run(Replica replica, int rounds) throws InterruptedException {
    AtomicBoolean isOver = new AtomicBoolean();
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      SplittableRandom random = new SplittableRandom(i);
      MemorySegment bytes = replica.source.segment();
      writers.add(Thread.ofPlatform().start(() -> write(bytes, random, isOver)));
    }
    for (int round = 1; round <= rounds; round++) {
      Thread.sleep(20);
      print("round " + round, replica.ship());
    }
    isOver.set(true);
    for (Thread writer : writers) {
      writer.join();
    }
    print("last round", replica.ship());
  }

  /** Stores random numbers into every sixteenth page. */
  private static void write(MemorySegment bytes, SplittableRandom random, AtomicBoolean isOver) {
    while (!isOver.get()) {
      long page = random.nextLong(SIZE / PAGE / 16) * 16;
      long offset = page * PAGE + random.nextLong(PAGE / Long.BYTES) * Long.BYTES;
      bytes.set(ValueLayout.JAVA_LONG, offset, random.nextLong());
    }
  }

  private static void print(String round, PageRanges changed) {
    System.out.printf(
        Locale.ROOT,
        "%s: %,d pages, %,d of %,d bytes%n",
        round,
        changed.bytes() / PAGE,
        changed.bytes(),
        SIZE);
  }
}
