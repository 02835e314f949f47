package io.mman.stalls;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.NativeFile;
import io.mman.testing.SlowDisk;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A hundred virtual threads, many more than there are carriers, call a disk that does not answer. A
 * ticker on another virtual thread must go on.
 */
final class Syncs {
  private static final int THREADS = 100;
  private static final int MAX_LIBRARY_THREADS = 4;
  private static final int WARM_UPS = 6;
  private static final long SECONDS = 20;
  private static final long PAGE = Mman.pageSize();

  private final SlowDisk disk;
  private final Ticker ticker = new Ticker();
  private final AtomicInteger interrupted = new AtomicInteger();

  /** The page that is accessed, one that is not in memory. */
  private int page;

  private boolean reads;

  private Syncs(SlowDisk disk) {
    this.disk = disk;
  }

  /** Takes the folder of the disk. */
  public static void main(String... args) throws Exception {
    new Syncs(new SlowDisk(Path.of(args[0]))).run();
  }

  private void run() throws Exception {
    for (int i = 0; i < WARM_UPS; i++) {
      reads = i % 2 != 0;
      join(startAll());
    }
    ticker.longestGap();
    check(ticker.goesOn());
    report("alone");
    reads = false;
    round("while others sync");
    reads = true;
    round("while others read");
    ticker.end();
  }

  private void round(String when) throws Exception {
    page++;
    interrupted.set(0);
    if (reads) {
      disk.holdReads();
    } else {
      disk.holdSyncs();
    }
    List<Thread> threads = startAll();
    disk.awaitHeld(2); // as many as there are carriers
    boolean ticked = ticker.goesOn();
    if (ticked) {
      disk.awaitHeld(MAX_LIBRARY_THREADS);
      threads.forEach(Thread::interrupt); // ends nothing
      check(ticker.goesOn());
      check(disk.held() == MAX_LIBRARY_THREADS && libraryThreads() == MAX_LIBRARY_THREADS);
      check(threads.stream().allMatch(Thread::isAlive));
    }
    disk.release();
    join(threads);
    check(!ticked || interrupted.get() == THREADS);
    System.out.println(ticked ? "the ticker went on" : "the ticker stood still");
    report(when);
  }

  private void report(String when) {
    System.out.println("longest gap between two ticks " + when + ": " + ticker.longestGap());
  }

  private List<Thread> startAll() {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      threads.add(Thread.ofVirtual().start(() -> call(number)));
    }
    return threads;
  }

  private static void join(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      check(thread.join(Duration.ofSeconds(SECONDS)));
    }
  }

  private void call(int number) {
    try (NativeFile file =
        NativeFile.open(disk.file(number), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (reads) {
        read(file, number);
      } else {
        sync(file, number);
      }
    }
    if (Thread.currentThread().isInterrupted()) {
      interrupted.incrementAndGet();
    }
  }

  private void sync(NativeFile file, int number) {
    switch (number % 5) {
      case 0 -> file.sync();
      case 1 -> file.syncData();
      case 2 -> file.allocate(0, 10);
      case 3 -> {
        try (MappedRegion region = Mapping.file(file).readWrite().mapConfined()) {
          region.segment().asSlice(0, PAGE).fill((byte) number);
          region.sync();
        }
      }
      default -> {
        try (MappedRegion region = Mapping.file(file).readWrite().mapShared()) {
          region.segment().asSlice(0, PAGE).fill((byte) number);
          region.sync(PAGE + 1, 2);
        }
      }
    }
  }

  /** Half of the regions are confined, and so is the other memory. */
  private void read(NativeFile file, int number) {
    Mapping mapping = Mapping.file(file).readWrite();
    long offset = page * PAGE;
    try (MappedRegion region = number % 2 == 0 ? mapping.mapConfined() : mapping.mapShared();
        Arena arena = Arena.ofConfined()) {
      MemorySegment memory =
          number % 3 == 0 ? arena.allocate(10, 1) : MemorySegment.ofArray(new byte[10]);
      switch (number / 2 % 4) {
        case 0 -> region.populate(offset, 1);
        case 1 -> region.lock(offset, 1);
        case 2 -> check(region.write(offset, memory) == memory.byteSize());
        default -> {
          check(region.read(offset, memory) == memory.byteSize());
          check(memory.asByteBuffer().get(3) == SlowDisk.CONTENT);
        }
      }
      check(region.isResident(offset, 1));
    }
  }

  private static long libraryThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("mman-[0-9]+"))
        .count();
  }

  private static void check(boolean condition) {
    if (!condition) {
      throw new AssertionError();
    }
  }
}
