package io.mman.examples;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/**
 * The JVM that {@link Truncation} starts. Its four threads repeatedly compute the checksum of a
 * mapped file. The loop is the same in both cases; only the mapping differs.
 */
public final class TruncationChild {
  static final String CHANNEL = "channel"; // maps with FileChannel.map
  static final String SURVIVING = "surviving"; // maps with surviveBusErrors
  static final String READING = "reading"; // asks the parent to truncate the file
  static final String LOST = "lost"; // asks the parent to extend it again

  private TruncationChild() {}

  public static void main(String... arguments) throws IOException, InterruptedException {
    Path path = Path.of(arguments[0]);
    if (arguments[1].equals(CHANNEL)) {
      readChannel(path);
    } else {
      readRegion(path);
    }
  }

  private static void readChannel(Path path) throws IOException, InterruptedException {
    try (FileChannel file = FileChannel.open(path);
        Arena arena = Arena.ofShared()) {
      MemorySegment bytes = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena);
      for (Reader reader : startReading(bytes)) {
        reader.join(); // the JVM crashes while it waits here
      }
    }
  }

  private static void readRegion(Path path) throws IOException, InterruptedException {
    try (MappedRegion region = Mapping.file(path).surviveBusErrors().mapShared()) {
      List<Reader> readers = startReading(region.segment());
      while (region.lostPages() == 0) {
        Thread.sleep(1);
      }
      awaitRounds(readers, 2);
      System.out.println("  " + readers.size() + " threads have read lost pages, and continue");
      report(region);
      System.out.println(LOST);
      System.in.read(); // until the parent has extended the file
      region.restore();
      report(region);
      for (Reader reader : readers) {
        reader.interrupt();
        reader.join();
      }
    }
  }

  /** Starts the threads, and requests the truncation when each of them has read the whole file. */
  private static List<Reader> startReading(MemorySegment bytes) throws InterruptedException {
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      readers.add(new Reader(bytes));
    }
    readers.forEach(Thread::start);
    awaitRounds(readers, 1);
    System.out.println(READING);
    return readers;
  }

  private static void report(MappedRegion region) {
    try {
      region.requireIntact();
      System.out.println("  the pages have been restored after the file was extended again");
    } catch (MmanException e) {
      System.out.println("  " + e.getMessage());
    }
  }

  /** Waits until each thread has read the whole file the given number of times more. */
  private static void awaitRounds(List<Reader> readers, int more) throws InterruptedException {
    for (Reader reader : readers) {
      for (long end = reader.rounds.get() + more; reader.rounds.get() < end; ) {
        Thread.sleep(1);
      }
    }
  }

  private static final class Reader extends Thread {
    private final MemorySegment bytes;
    private final AtomicLong rounds = new AtomicLong();

    Reader(MemorySegment bytes) {
      this.bytes = bytes;
      setDaemon(true);
      setUncaughtExceptionHandler((thread, error) -> end(error));
    }

    /** Ends the JVM if HotSpot throws an InternalError for a bus error instead of crashing. */
    private static void end(Throwable error) {
      System.out.println("  " + error);
      Runtime.getRuntime().halt(2);
    }

    @Override
    public void run() {
      while (!isInterrupted()) {
        new CRC32C().update(bytes.asByteBuffer());
        rounds.incrementAndGet();
      }
    }
  }
}
