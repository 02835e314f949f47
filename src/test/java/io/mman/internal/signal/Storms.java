package io.mman.internal.signal;

import io.mman.internal.libc.MemoryCalls;
import io.mman.testing.Samples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** Threads that lose pages, while another one changes what the handlers read. */
enum Storms {
  /** A file that is truncated, extended and restored at any moment; every safepoint may fall in. */
  TRUNCATED {
    @Override
    void change(Victim victim, Random random) {
      victim.truncate(KEPT + random.nextLong(LENGTH - KEPT));
      if (random.nextInt(4) == 0) {
        System.gc();
      }
      victim.truncate(LENGTH);
      long restored = victim.restore();
      Victim.require(restored >= 0, "errno " + -restored);
    }

    @Override
    void end(Victim victim) {
      victim.truncate(LENGTH);
      victim.restore();
      Victim.require(victim.range.lost().count() == 0, "not restored");
      victim.requireZero(KEPT, LENGTH);
    }
  },

  /** Pages are counted once each, whoever counts them. */
  SPLIT {
    @Override
    void change(Victim victim, Random random) {
      victim.truncate(victim.size = Math.max(KEPT, victim.size - random.nextLong(2 * Victim.PAGE)));
      List<SurvivingRange> rest = new ArrayList<>();
      SurvivingRange last = victim.range;
      long pages = LENGTH / Victim.PAGE;
      for (int i = 0; i < 3; i++) {
        long kept = random.nextLong(pages + 1);
        pages -= kept;
        last = last.split(kept * Victim.PAGE);
        rest.add(last);
      }
      rest.forEach(victim.range::join);
    }

    @Override
    void end(Victim victim) {
      victim.requireLost(victim.range.lost().count());
      victim.requireLost(
          (LENGTH - Math.ceilDiv(victim.size, Victim.PAGE) * Victim.PAGE) / Victim.PAGE);
    }
  },

  /** Other ranges come and go, and this one changes its protection and its entry. */
  REGISTERED {
    private final List<SurvivingRange> others = new ArrayList<>();

    @Override
    void change(Victim victim, Random random) {
      victim.truncate(KEPT);
      for (int i = 0; i < 20; i++) {
        long address = (1L << 32) + others.size() * LENGTH;
        others.add(SurvivingRange.register(address, LENGTH, LENGTH, Victim.PAGE, 1, -1, 0));
      }
      if (others.size() > 2000 || random.nextInt(10) == 0) {
        others.forEach(SurvivingRange::unregister);
        others.clear();
      }
      victim.range.protect(3);
      victim.truncate(LENGTH);
      Victim.require(victim.restore() >= 0, "not restored");
    }

    @Override
    void end(Victim victim) {
      others.forEach(SurvivingRange::unregister);
      others.clear();
      SurvivingRange last =
          SurvivingRange.register(1L << 40, LENGTH, LENGTH, Victim.PAGE, 1, -1, 0);
      last.unregister();
      int retired = BusHandler.table().retiredBlocks();
      Victim.require(retired == 0, retired + " blocks are retired for ever");
    }
  },

  /** Other mappings of the same file come and go, at the same addresses again and again. */
  MAPPED {
    @Override
    void change(Victim victim, Random random) {
      Victim other = Victim.of(victim.path, LENGTH);
      try {
        victim.truncate(KEPT);
        other.get(KEPT + random.nextLong(LENGTH - KEPT));
        other.requireLost((LENGTH - KEPT) / Victim.PAGE);
        other.range.suspend();
        other.range.place(other.segment.address());
        victim.truncate(LENGTH);
        victim.restore();
      } finally {
        other.close();
      }
    }

    @Override
    void end(Victim victim) {
      Victim.check(MemoryCalls.madvise(victim.segment, 0));
    }
  };

  private static final int THREADS = 4;
  private static final long KEPT = 3 * Victim.PAGE;
  private static final long LENGTH = 256 * Victim.PAGE;

  abstract void change(Victim victim, Random random);

  abstract void end(Victim victim);

  /** Takes a folder, the name of a storm, and the number of changes. */
  public static void main(String... arguments) throws InterruptedException {
    Storms storm = valueOf(arguments[1]);
    int changes = Integer.parseInt(arguments[2]);
    Path path = Samples.file(Path.of(arguments[0]), LENGTH);
    try (Victim victim = Victim.of(path, LENGTH)) {
      victim.truncate(victim.size = KEPT);
      victim.truncate(victim.size = LENGTH);
      AtomicBoolean ended = new AtomicBoolean();
      AtomicReference<Throwable> failure = new AtomicReference<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Random random = new Random(i);
        Thread thread = new Thread(() -> access(victim, random, ended));
        thread.setUncaughtExceptionHandler((any, e) -> failure.compareAndSet(null, e));
        thread.start();
        threads.add(thread);
      }
      Random random = new Random(7);
      for (int i = 0; i < changes && failure.get() == null; i++) {
        storm.change(victim, random);
      }
      ended.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      if (failure.get() != null) {
        throw new AssertionError(failure.get());
      }
      storm.end(victim);
      System.out.println("survived " + (victim.range.lostPages() > 0));
    }
  }

  private static void access(Victim victim, Random random, AtomicBoolean ended) {
    while (!ended.get()) {
      victim.requireSample(0, 2 * Victim.PAGE);
      for (long offset = KEPT; offset < LENGTH; offset += Victim.PAGE) {
        victim.requireZero(offset, offset + 8);
        victim.get(KEPT + random.nextLong(LENGTH - KEPT));
      }
    }
    for (long offset = 0; offset < LENGTH; offset += Victim.PAGE) {
      victim.get(offset);
    }
  }
}
