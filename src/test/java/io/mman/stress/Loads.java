package io.mman.stress;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.file.StandardOpenOption.WRITE;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.testing.Elsewhere;
import io.mman.testing.OpenFiles;
import io.mman.testing.ProcMaps;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Large numbers of everything, each in a JVM of its own. */
final class Loads {
  private static final long PAGE = Mman.pageSize();
  private static final long MIB = 1 << 20;
  private static final int PARTS = 20;
  private static final int ENOUGH_FOR_RESERVE = 2000;

  private Loads() {}

  public static void main(String... arguments) throws Throwable {
    switch (arguments[0]) {
      case "manyRegions" -> manyRegions(Integer.parseInt(arguments[1]));
      case "mapAndClose" -> mapAndClose(Long.parseLong(arguments[1]), Path.of(arguments[2]));
      case "largeFile" -> largeFile(Path.of(arguments[1]));
      case "manyThreads" -> manyThreads(Integer.parseInt(arguments[1]));
      case "virtualThreads" -> virtualThreads(Integer.parseInt(arguments[1]));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    System.out.println("fine");
  }

  /** Neighbours have different protections, so that the kernel does not merge them. */
  private static void manyRegions(int number) {
    List<MappedRegion> regions = new ArrayList<>();
    int before = ProcMaps.count();
    for (int i = 0; i < number; i++) {
      MappedRegion region = Mapping.anonymous(PAGE).mapShared();
      region.segment().set(JAVA_LONG, 0, i);
      if (i % 2 == 0) {
        region.protect(Protection.READ);
      }
      regions.add(region);
    }
    require(ProcMaps.count() >= number, "areas: " + ProcMaps.count());
    for (int i = 0; i < number; i++) {
      require(regions.get(i).segment().get(JAVA_LONG, 0) == i, "another value in " + i);
    }
    regions.forEach(MappedRegion::close);
    require(ProcMaps.count() < before + 300, "areas left: " + ProcMaps.count());
  }

  /** Memory, mappings and descriptors of the process stop growing after the first part. */
  private static void mapAndClose(long times, Path path) throws Throwable {
    long part = times / PARTS;
    manyRegions(ENOUGH_FOR_RESERVE); // the library keeps some areas in reserve from then on
    mapAndCloseOnTwoThreads(2 * part, path); // after this, most of the code is compiled
    List<Long> grown = new ArrayList<>();
    int areas = ProcMaps.count();
    var files = OpenFiles.all();
    for (int i = 2; i < PARTS; i++) {
      long memory = ProcMaps.statusBytes("VmRSS");
      mapAndCloseOnTwoThreads(part, path);
      grown.add(ProcMaps.statusBytes("VmRSS") - memory);
      require(ProcMaps.count() < areas + 100, "areas have grown from " + areas);
      requireNoMore(files);
    }
    requireFlat(grown);
  }

  /**
   * A leak grows in every part. The memory of C2 does not: up to 24 MiB (C1 alone: half a MiB), in
   * steps of up to 13 MiB, while the quarter of the parts that grew least grew by at most 0.2 MiB.
   */
  private static void requireFlat(List<Long> grown) {
    List<Long> sorted = grown.stream().sorted().toList();
    require(sorted.get(sorted.size() / 4) < MIB / 2, "memory has grown by " + grown);
  }

  /** The JVM itself sometimes opens a file for a moment. */
  private static void requireNoMore(Map<Integer, String> files) {
    Map<Integer, String> open = OpenFiles.all();
    for (int i = 0; i < 100 && !files.entrySet().containsAll(open.entrySet()); i++) {
      Thread.yield();
      open = OpenFiles.all();
    }
    require(files.entrySet().containsAll(open.entrySet()), "open: " + open + ", were: " + files);
  }

  private static void mapAndCloseOnTwoThreads(long times, Path path) throws Throwable {
    Elsewhere one = Elsewhere.start(() -> mapAndCloseHere(times / 2, path));
    Elsewhere two = Elsewhere.start(() -> mapAndCloseHere(times / 2, path));
    one.join();
    two.join();
  }

  private static void mapAndCloseHere(long times, Path path) {
    Mapping memory = Mapping.anonymous(PAGE);
    try (NativeFile open = NativeFile.open(path, WRITE)) {
      Mapping file = Mapping.file(open).protection(Protection.READ_WRITE);
      for (long i = 0; i < times; i++) {
        Mapping mapping = i % 20 == 0 ? Mapping.file(path) : i % 2 == 0 ? file : memory;
        try (MappedRegion region = i % 16 == 1 ? mapping.mapShared() : mapping.mapConfined()) {
          MemorySegment view = region.segment();
          require(view.get(JAVA_LONG, 0) == 0, "another value");
          if (!view.isReadOnly()) {
            view.set(JAVA_LONG, Long.BYTES, 1); // a page of its own, which a leak would keep
          }
        }
      }
    }
  }

  private static void largeFile(Path path) {
    try (NativeFile file = NativeFile.open(path, WRITE);
        MappedRegion region = Mapping.file(file).protection(Protection.READ_WRITE).mapShared()) {
      long size = file.size();
      for (long offset : new long[] {0, size / 2, size - Long.BYTES}) {
        region.segment().set(JAVA_LONG, offset, 42L + offset);
        region.sync(offset, Long.BYTES);
        require(region.residency(offset, 1).isResident(offset), "not in memory: " + offset);
        MemorySegment read = MemorySegment.ofArray(new long[1]);
        require(region.read(offset, read) == Long.BYTES, "not read: " + offset);
        require(read.get(JAVA_LONG, 0) == 42 + offset, "another value at " + offset);
      }
      require(!region.isResident(size / 4, PAGE), "it was never accessed");
      region.sync();
    }
  }

  /**
   * All threads read, and write while the pages are writable; the protection changes all the time.
   */
  private static void manyThreads(int number) throws Throwable {
    MappedRegion region = Mapping.anonymous(number * PAGE).mapShared();
    AtomicLong done = new AtomicLong();
    AtomicLong revoked = new AtomicLong();
    List<Elsewhere> threads = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      long offset = i * PAGE;
      threads.add(Elsewhere.start(() -> countUp(region, offset, done, revoked)));
    }
    for (int i = 0; i < 40 || revoked.get() < 100; i++) {
      region.protect(Protection.READ);
      region.protect(Protection.READ_WRITE);
      long goal = done.get() + 20;
      while (done.get() < goal && threads.stream().noneMatch(Elsewhere::isDone)) {
        Thread.yield();
      }
    }
    region.close();
    for (Elsewhere thread : threads) {
      thread.join();
    }
  }

  /**
   * Each write that did not throw is there, and one that did may be, because the JVM can stop the
   * thread after the store. Only a revoked or closed view throws.
   */
  private static void countUp(
      MappedRegion region, long offset, AtomicLong done, AtomicLong revoked) {
    long written = 0;
    long tried = 0;
    while (true) {
      try {
        MemorySegment view = region.segment();
        long found = view.get(JAVA_LONG, offset);
        require(found == written || found == tried, "a write was lost");
        written = found;
        LockSupport.parkNanos(1_000_000); // time for the protection to change
        if (!view.isReadOnly()) {
          tried = written + 1;
          view.set(JAVA_LONG, offset, tried);
          written = tried;
        }
        done.incrementAndGet();
      } catch (IllegalStateException e) {
        if (!region.isAlive()) {
          return;
        }
        revoked.incrementAndGet();
      }
    }
  }

  private static void virtualThreads(int number) throws Throwable {
    MappedRegion common = Mapping.anonymous(PAGE).mapShared();
    AtomicLong done = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      int value = i;
      threads.add(
          Thread.startVirtualThread(
              () -> {
                mapWriteReadClose(value, common);
                done.incrementAndGet();
              }));
    }
    for (int i = 0; i < 100; i++) { // calls wait for changes, and changes for calls
      common.protect(i % 2 == 0 ? Protection.READ : Protection.READ_WRITE);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    common.close();
    require(done.get() == number, "some have failed: " + done);
  }

  private static void mapWriteReadClose(int value, MappedRegion common) {
    Mapping memory = Mapping.anonymous(PAGE);
    try (MappedRegion region = value % 2 == 0 ? memory.mapShared() : memory.mapConfined()) {
      region.segment().set(JAVA_LONG, 0, value);
      Thread.yield();
      MemorySegment read = MemorySegment.ofArray(new long[1]);
      require(region.read(0, read) == Long.BYTES, "not read");
      require(read.get(JAVA_LONG, 0) == value, "another value");
      require(common.residentPages(0, PAGE) <= 1, "more than there is");
    }
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
