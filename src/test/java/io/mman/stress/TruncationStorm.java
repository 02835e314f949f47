package io.mman.stress;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.RegionGroup;
import io.mman.testing.ChildJvm;
import io.mman.testing.Samples;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Threads access surviving regions of a file that is truncated and written anew all the time. All
 * writers write the bytes of {@link Samples}, so that every byte is one of those or 0, and below
 * the shortest length never 0.
 */
public final class TruncationStorm {
  /** Who truncates the file. */
  enum Truncater {
    /** This process, which restores the regions each time and compares them with the file. */
    SELF,
    /** Another process, while this one restores the regions at arbitrary moments. */
    OTHER
  }

  private static final long PAGE = Mman.pageSize();
  private static final long PAGES = 64;
  private static final long BYTES = PAGES * PAGE;
  private static final long KEPT = 8 * PAGE;
  private static final int THREADS = 4;
  private static final MemorySegment SAMPLE = MemorySegment.ofArray(Samples.bytes(0, BYTES));

  private final Path path;
  private final List<MappedRegion> regions = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean ended;

  private TruncationStorm(Path path) {
    this.path = path;
  }

  /** Takes a folder, a {@link Truncater} and how often the file is truncated. */
  public static void main(String... arguments) throws Exception {
    Path path = Samples.file(Path.of(arguments[0]), BYTES);
    TruncationStorm storm = new TruncationStorm(path);
    try (Arena arena = Arena.ofShared();
        RegionGroup group = RegionGroup.open()) {
      Mapping mapping = Mapping.file(path).readWrite().surviveBusErrors();
      storm.regions.add(mapping.mapShared());
      storm.regions.add(mapping.map(arena));
      storm.regions.add(mapping.map(group));
      storm.run(Truncater.valueOf(arguments[1]), Integer.parseInt(arguments[2]));
      storm.regions.getFirst().close();
    }
    System.out.println("survived");
  }

  private void run(Truncater truncater, int times) throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Random random = new Random(i);
      Thread thread = new Thread(() -> attempt(() -> access(random)));
      thread.start();
      threads.add(thread);
    }
    attempt(() -> truncate(truncater, times));
    ended = true;
    for (Thread thread : threads) {
      thread.join();
    }
    if (failure.get() != null) {
      throw new AssertionError(failure.get());
    }
    for (MappedRegion region : regions) {
      restore(region);
      require(region.segment().mismatch(SAMPLE) == -1, "not the file");
      require(region.lostPages() > 0, "nothing was lost");
    }
  }

  /** Something that may throw anything. */
  private interface Action {
    void run() throws Exception;
  }

  private void attempt(Action action) {
    try {
      action.run();
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
    }
  }

  private boolean goesOn() {
    return !ended && failure.get() == null;
  }

  private void truncate(Truncater truncater, int times) throws Exception {
    if (truncater == Truncater.SELF) {
      truncate(path, times, () -> regions.forEach(MappedRegion::restore), this::compareAll);
      return;
    }
    Process other =
        ChildJvm.of(Other.class)
            .onClassPath(System.getProperty("java.class.path"))
            .start(path.toString(), "" + times);
    while (other.isAlive() && failure.get() == null) {
      regions.forEach(MappedRegion::restore);
    }
    require(other.waitFor() == 0, "the other process has failed");
  }

  /** The process that truncates the file. */
  static final class Other {
    private Other() {}

    public static void main(String... arguments) throws IOException {
      truncate(Path.of(arguments[0]), Integer.parseInt(arguments[1]), () -> {}, () -> true);
    }
  }

  /**
   * Truncates a file, extends it and writes it again.
   *
   * @param extended runs when the file has its length again
   * @param goesOn runs when the file is as before; if it returns false, the method returns
   */
  private static void truncate(Path path, int times, Runnable extended, BooleanSupplier goesOn)
      throws IOException {
    Random random = new Random(1);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      byte[] sample = Samples.bytes(0, BYTES);
      boolean on = true;
      for (int i = 0; i < times && on; i++) {
        long length = KEPT + random.nextLong(BYTES - KEPT);
        file.setLength(length);
        file.setLength(BYTES);
        extended.run();
        file.seek(length);
        file.write(sample, (int) length, (int) (BYTES - length));
        on = goesOn.getAsBoolean();
      }
    }
  }

  private boolean compareAll() {
    regions.forEach(this::restoreAndCompare);
    return failure.get() == null;
  }

  /** Pages that are not lost before or during the comparison must equal the file. */
  private void restoreAndCompare(MappedRegion region) {
    restore(region);
    long before = region.lostPages();
    boolean intact = isIntact(region);
    long wrong = region.segment().mismatch(SAMPLE);
    require(
        wrong == -1 || !intact || region.lostPages() != before,
        "byte " + wrong + " is not that of the file, but not lost: " + before);
  }

  /** Handlers that have seen the short file may still replace pages of the long one. */
  private void restore(MappedRegion region) {
    do {
      region.restore();
    } while (!isIntact(region) && failure.get() == null);
  }

  private static boolean isIntact(MappedRegion region) {
    try {
      region.requireIntact();
      return true;
    } catch (MmanException e) {
      require(e.error() == Errno.EIO, e.toString());
      return false;
    }
  }

  private void access(Random random) {
    long[] lost = new long[regions.size()];
    while (goesOn()) {
      int number = random.nextInt(regions.size());
      MappedRegion region = regions.get(number);
      ACCESSES.get(random.nextInt(ACCESSES.size())).apply(region.segment()).check(random);
      long now = region.lostPages();
      require(now >= lost[number], "the count has decreased");
      lost[number] = now;
    }
  }

  /** An access at random places of a segment. */
  private interface Access {
    void check(Random random);
  }

  private static final List<Function<MemorySegment, Access>> ACCESSES =
      List.of(
          segment -> random -> load(segment, random.nextLong(BYTES)),
          segment -> random -> store(segment, random.nextLong(BYTES)),
          segment -> _ -> loop(segment),
          segment -> _ -> kept(segment),
          segment -> random -> copy(segment, random.nextLong(BYTES - 2 * PAGE)));

  private static void load(MemorySegment segment, long offset) {
    requirePossible(segment.get(JAVA_BYTE, offset), offset);
  }

  private static void store(MemorySegment segment, long offset) {
    segment.set(JAVA_BYTE, offset, Samples.at(offset));
  }

  private static void loop(MemorySegment segment) {
    for (long offset = 0; offset < BYTES; offset += PAGE / 2) {
      requirePossible(segment.get(JAVA_BYTE, offset), offset);
    }
  }

  private static void kept(MemorySegment segment) {
    long wrong = MemorySegment.mismatch(segment, 0, KEPT, SAMPLE, 0, KEPT);
    require(wrong == -1, "byte " + wrong + " was not kept");
  }

  private static void copy(MemorySegment segment, long offset) {
    byte[] bytes = segment.asSlice(offset, 2 * PAGE).toArray(JAVA_BYTE);
    for (int i = 0; i < bytes.length; i++) {
      requirePossible(bytes[i], offset + i);
    }
  }

  private static void requirePossible(byte value, long offset) {
    boolean possible = value == Samples.at(offset) || (value == 0 && offset >= KEPT);
    require(possible, "byte " + offset + " is " + value);
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
