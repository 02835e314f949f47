package io.mman.examples;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/**
 * The JVM that {@link Truncation} starts: four threads compute the checksum of a mapped file again
 * and again. The loop is the same in either case; only the request for the mapping differs.
 */
public final class TruncationChild {
  static final String READING = "reading"; // the parent truncates the file then
  static final String LOST = "lost"; // and extends it again

  private TruncationChild() {}

  public static void main(String... arguments) throws IOException, InterruptedException {
    Mapping file = Mapping.file(Path.of(arguments[0]));
    Mapping request = arguments[1].equals("surviving") ? file.surviveBusErrors() : file;
    try (MappedRegion region = request.mapShared()) {
      List<Reader> readers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        readers.add(new Reader(region.segment()));
      }
      readers.forEach(Thread::start);
      awaitRounds(readers, 1);
      System.out.println(READING);
      while (region.lostPages() == 0) { // without surviveBusErrors, the JVM ends here
        Thread.sleep(1);
      }
      awaitRounds(readers, 2);
      System.out.println("  " + readers.size() + " threads have lost pages, and go on reading");
      report(region);
      System.out.println(LOST);
      System.in.read(); // until the file has grown again
      region.restore();
      report(region);
      for (Reader reader : readers) {
        reader.interrupt();
        reader.join();
      }
    }
  }

  private static void report(MappedRegion region) {
    try {
      region.requireIntact();
      System.out.println("  restored after the file has grown again");
    } catch (MmanException e) {
      System.out.println("  " + e.getMessage());
    }
  }

  /** Waits until each thread has read the whole file a number of times more. */
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

    /** Ends the JVM if HotSpot turns a bus error into an InternalError instead of ending it. */
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
