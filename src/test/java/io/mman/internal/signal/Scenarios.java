package io.mman.internal.signal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.mman.internal.libc.MemoryCalls;
import io.mman.testing.ProcMaps;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What a region will do with its surviving range, each in a JVM of its own. */
enum Scenarios {
  CHANGED_PROTECTION {
    @Override
    void run(Path folder) {
      try (Victim victim = sample(folder, 16)) {
        victim.range.protect(1);
        Victim.check(MemoryCalls.mprotect(victim.segment, 1));
        victim.truncate(8 * PAGE);
        Victim.require(victim.get(12 * PAGE) == 0, "not zero");
        Victim.require(perms(victim, 12).equals("r--p"), perms(victim, 12));
        Victim.require(perms(victim, 2).equals("r--s"), perms(victim, 2));
        victim.range.protect(3);
        Victim.check(MemoryCalls.mprotect(victim.segment, 3));
        victim.set(12 * PAGE, 5);
        victim.truncate(4 * PAGE);
        victim.set(5 * PAGE, 6);
        Victim.require(victim.get(12 * PAGE) == 5 && victim.get(5 * PAGE) == 6, "lost stores");
        victim.requireLost(12);
      }
    }

    private String perms(Victim victim, int page) {
      return ProcMaps.of(victim.segment.asSlice(page * PAGE, PAGE)).perms();
    }
  },

  SHORTER_AND_LONGER {
    @Override
    void run(Path folder) {
      for (long capacity : new long[] {16, 64}) { // the pages that come later: elsewhere, or here
        Path path = Samples.file(folder, 64 * PAGE);
        try (Victim victim = Victim.of(path, 64 * PAGE, capacity * PAGE)) {
          victim.range.resize(16 * PAGE);
          victim.truncate(8 * PAGE);
          victim.requireZero(15 * PAGE, 16 * PAGE);
          victim.requireLost(8);
          requirePassed(() -> victim.get(16 * PAGE));
          victim.range.resize(12 * PAGE);
          requireFirst(victim.range, 0, 16 * PAGE, 8 * PAGE);
          Victim.require(victim.range.lost().count() == 4, "still marked");
          MemorySegment again = victim.segment.asSlice(12 * PAGE, 52 * PAGE);
          Victim.checked(
              MemoryCalls.mmap(
                  again, 52 * PAGE, 3, Victim.SHARED_FIXED, victim.descriptor, 12 * PAGE));
          victim.range.resize(64 * PAGE);
          Victim.require(victim.range.lost().count() == 4, "marked anew");
          victim.requireZero(63 * PAGE, 64 * PAGE);
          victim.requireLost(8 + 52);
          victim.range.resize(0);
          victim.requireLost(8 + 52);
        }
      }
    }
  },

  MOVED {
    @Override
    void run(Path folder) {
      Victim victim = sample(folder, 16);
      victim.truncate(10 * PAGE);
      victim.set(12 * PAGE, 3);
      victim.range.suspend();
      MemorySegment target = Scenarios.reserve(16 * PAGE);
      move(victim.segment.asSlice(0, 10 * PAGE), target);
      move(victim.segment.asSlice(10 * PAGE), target.asSlice(10 * PAGE));
      victim.range.place(target.address());
      Victim.require(target.get(JAVA_BYTE, 12 * PAGE) == 3, "not moved");
      requireFirst(victim.range, 0, 16 * PAGE, 10 * PAGE);
      victim.truncate(4 * PAGE);
      Victim.require(target.get(JAVA_BYTE, 5 * PAGE) == 0, "not zero");
      Victim.require(target.get(JAVA_BYTE, 12 * PAGE) == 3, "replaced again");
      victim.requireLost(12);
      Victim.require(target.get(JAVA_BYTE, 3 * PAGE) == Samples.at(3 * PAGE), "wrong page");
      victim.range.unregister();
      requirePassed(() -> reload(victim, target));
    }

    private void move(MemorySegment pages, MemorySegment target) {
      int mayMoveFixed = 3;
      Victim.checked(MemoryCalls.mremap(pages, pages.byteSize(), mayMoveFixed, target));
    }

    private void reload(Victim victim, MemorySegment target) {
      victim.truncate(0);
      target.get(JAVA_BYTE, PAGE);
    }
  },

  SPLIT_AND_JOINED {
    @Override
    void run(Path folder) {
      try (Victim victim = sample(folder, 32)) {
        victim.truncate(28 * PAGE);
        victim.get(30 * PAGE);
        victim.requireLost(4);
        SurvivingRange rest = victim.range.split(10 * PAGE);
        requireLost(victim.range, 4, 0, -1);
        requireLost(rest, 4, 4, 18 * PAGE);
        victim.truncate(6 * PAGE);
        victim.get(7 * PAGE);
        requireLost(victim.range, 8, 4, 6 * PAGE);
        requireLost(rest, 4, 4, 18 * PAGE); // it has not lost the others yet
        victim.get(20 * PAGE);
        requireLost(victim.range, 8, 4, 6 * PAGE);
        requireLost(rest, 22, 22, 0);
        SurvivingRange last = rest.split(16 * PAGE);
        requireLost(last, 6, 6, 0);
        requireLost(rest, 22, 16, 0);
        victim.set(31 * PAGE, 9);
        rest.join(last);
        victim.range.join(rest);
        requireLost(victim.range, 26, 26, 6 * PAGE);
        requireLost(rest, 22, 0, -1);
        victim.truncate(8 * PAGE);
        Victim.require(victim.restore() == 2, "not restored");
        requireLost(victim.range, 26, 24, 8 * PAGE);
        victim.truncate(7 * PAGE);
        victim.get(7 * PAGE);
        requireLost(victim.range, 27, 25, 7 * PAGE);
        Victim.require(victim.get(31 * PAGE) == 9, "replaced twice");
        victim.requireSample(0, 6 * PAGE);
      }
    }

    private void requireLost(SurvivingRange range, long ever, long now, long first) {
      Victim.require(range.lostPages() == ever, range.lostPages() + " ever, not " + ever);
      long count = range.lost().count();
      Victim.require(count == now, count + " now, not " + now);
      requireFirst(range, 0, 32 * PAGE, first);
    }
  },

  JOINED_MAPPINGS {
    @Override
    void run(Path folder) {
      Victim victim = sample(folder, 32); // whose halves are registered like two mappings
      victim.range.resize(16 * PAGE);
      SurvivingRange next =
          SurvivingRange.register(
              victim.segment.address() + 16 * PAGE,
              16 * PAGE,
              16 * PAGE,
              PAGE,
              3,
              victim.descriptor,
              16 * PAGE);
      victim.truncate(24 * PAGE);
      victim.get(30 * PAGE);
      victim.range.join(next);
      victim.requireLost(8);
      victim.truncate(12 * PAGE);
      victim.get(20 * PAGE);
      victim.get(13 * PAGE);
      victim.requireLost(20);
      requireFirst(victim.range, 0, 32 * PAGE, 12 * PAGE);
      requireFirst(victim.range, 17 * PAGE + 5, 10, 17 * PAGE + 5);
      SurvivingRange rest = victim.range.split(8 * PAGE);
      Victim.require(rest.lostPages() == 20 && victim.range.lostPages() == 20, "lost the count");
      rest.resize(4 * PAGE);
      rest.unregister();
      victim.close();
    }
  },

  UNREGISTERED {
    @Override
    void run(Path folder) {
      Victim victim = sample(folder, 16);
      victim.truncate(8 * PAGE);
      victim.get(9 * PAGE);
      victim.range.unregister();
      victim.requireLost(8);
      Victim.require(victim.get(10 * PAGE) == 0, "unmapped");
      victim.truncate(PAGE);
      requirePassed(() -> victim.get(5 * PAGE));
      victim.requireSample(0, PAGE);
    }
  },

  /** One mapping for the suffix, however scattered the accesses are. */
  SCATTERED {
    @Override
    void run(Path folder) throws IOException {
      long bytes = 4L << 30;
      try (Victim victim = Victim.of(Samples.sparse(folder, bytes), bytes)) {
        long areas = areas();
        Random random = new Random(1);
        victim.truncate(3 * PAGE);
        for (int i = 0; i < 1_000_000; i++) {
          victim.get(random.nextLong(bytes / PAGE / 16) * 16 * PAGE + 3 * PAGE);
        }
        victim.requireLost(bytes / PAGE - 3);
        Victim.require(areas() <= areas + 50, areas() + " areas, and " + areas + " before");
      }
    }

    private long areas() throws IOException {
      try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
        return lines.count();
      }
    }
  },

  MANY_RANGES {
    @Override
    void run(Path folder) {
      int count = 60_000;
      long bytes = 2 * count * PAGE;
      Victim victim = Victim.unregistered(Samples.sparse(folder, bytes), bytes);
      List<SurvivingRange> ranges = new ArrayList<>();
      long start = victim.segment.address();
      for (int i = 0; i < count; i++) {
        long offset = 2 * i * PAGE;
        ranges.add(
            SurvivingRange.register(
                start + offset, PAGE, PAGE, PAGE, 3, victim.descriptor, offset));
      }
      victim.truncate(0);
      int step = 30;
      long begin = System.nanoTime();
      for (int i = 0; i < count; i += step) {
        victim.get(2 * i * PAGE);
      }
      System.err.println((System.nanoTime() - begin) / (count / step) + " ns a fault");
      for (int i = 0; i < count; i++) {
        Victim.require(ranges.get(i).lostPages() == (i % step == 0 ? 1 : 0), "range " + i);
      }
      requirePassed(() -> victim.get(PAGE));
      ranges.forEach(SurvivingRange::unregister);
      requirePassed(() -> victim.get(2 * PAGE));
    }
  };

  private static final long PAGE = Victim.PAGE;

  abstract void run(Path folder) throws Exception;

  /** Takes a folder and the name of a scenario. */
  public static void main(String... arguments) throws Exception {
    valueOf(arguments[1]).run(Path.of(arguments[0]));
    System.out.println("survived");
  }

  private static Victim sample(Path folder, long pages) {
    return Victim.of(Samples.file(folder, pages * PAGE), pages * PAGE);
  }

  private static MemorySegment reserve(long bytes) {
    int privateAnonymous = 0x22;
    long address = MemoryCalls.mmap(MemorySegment.NULL, bytes, 0, privateAnonymous, -1, 0);
    return MemorySegment.ofAddress(Victim.checked(address)).reinterpret(bytes);
  }

  private static void requireFirst(SurvivingRange range, long offset, long length, long first) {
    long found = range.lost().first(offset, length);
    Victim.require(found == first, "first lost: " + found + ", not " + first);
  }

  /** Requires that HotSpot gets the signal, and reports it as it does without this package. */
  static void requirePassed(Runnable access) {
    try {
      access.run();
    } catch (InternalError expected) {
      return;
    }
    throw new AssertionError("survived");
  }
}
