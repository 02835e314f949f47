package io.mman.benchmarks.contests;

import io.mman.Advice;
import io.mman.MapFlag;
import io.mman.Mapping;
import io.mman.Protection;
import io.mman.benchmarks.CLoops;
import io.mman.benchmarks.measure.Contest;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Measures the first access to each page of a mapping. */
final class FaultContests {
  private static final long MIB = 1 << 20;
  private static final int FEW = 100;

  private FaultContests() {}

  static void run(Plan plan) throws IOException {
    warmUp(plan);
    for (Backing backing : Backing.values()) {
      byBacking(plan, backing);
    }
    byPreparation(plan);
    bySize(plan);
    inBothOrders(plan);
    byOrderAndCache(plan);
    fewOfMany(plan);
    FaultThreads.run(plan);
    PopulateContests.run(plan);
  }

  /**
   * Makes the JIT compile how each implementation maps. The contests take few turns if there are
   * many pages, and would otherwise measure the interpreter.
   */
  private static void warmUp(Plan plan) throws IOException {
    for (Backing backing : List.of(Backing.ANONYMOUS, Backing.FILE_READ, Backing.TMPFS)) {
      try (Memory memory = new Memory(backing, 4096, plan.disk())) {
        Contest contest = new Contest("warm-up", backing.toString());
        addRivals(contest, memory, backing);
        contest.run(Duration.ofSeconds(plan.choose(2, 4)));
      }
    }
  }

  private static void byBacking(Plan plan, Backing backing) throws IOException {
    try (Memory memory = new Memory(backing, plan.choose(16, 64) * MIB, plan.disk())) {
      Contest contest = new Contest("faults-backing", backing.toString()).single();
      addRivals(contest.per("page", memory.pages()), memory, backing);
      plan.run(contest);
    }
  }

  private static void bySize(Plan plan) throws IOException {
    List<Long> quick = List.of(4096L, 65536L, MIB, 16 * MIB, 256 * MIB);
    List<Long> full =
        List.of(
            4096L,
            16384L,
            65536L,
            MIB / 4,
            MIB,
            4 * MIB,
            16 * MIB,
            64 * MIB,
            256 * MIB,
            1024 * MIB,
            4096 * MIB);
    for (Backing backing : List.of(Backing.ANONYMOUS, Backing.FILE_READ)) {
      for (long bytes : plan.choose(quick, full)) {
        // The file must fit into the page cache and onto the disk.
        if (backing == Backing.FILE_READ && bytes > 1024 * MIB) {
          continue;
        }
        try (Memory memory = new Memory(backing, bytes, plan.disk())) {
          Contest contest =
              new Contest("faults-size-" + backing.name().toLowerCase(), size(bytes)).at(bytes);
          if (bytes > MIB) {
            contest.single();
          }
          addRivals(contest.per("page", memory.pages()), memory, backing);
          addFacade(contest, memory, backing);
          plan.run(contest);
        }
      }
    }
  }

  private static void addFacade(Contest contest, Memory memory, Backing backing) {
    Set<MapFlag> flags = EnumSet.of(backing.isShared() ? MapFlag.SHARED : MapFlag.PRIVATE);
    if (memory.fd() < 0) {
      flags.add(MapFlag.ANONYMOUS);
    }
    boolean write = backing.writes();
    Protection protection = write ? Protection.READ_WRITE : Protection.READ;
    contest.add(
        "Mman.mmap",
        memory::reset,
        n ->
            repeat(
                n,
                () -> Touch.mappedByFacade(flags, protection, memory.fd(), memory.bytes(), write)));
  }

  private static String size(long bytes) {
    return bytes < MIB ? bytes / 1024 + " KiB" : bytes / MIB + " MiB";
  }

  private static void addRivals(Contest contest, Memory memory, Backing backing) {
    boolean write = backing.writes();
    long bytes = memory.bytes();
    Mapping mapping = memory.mapping();
    contest.add("mman", memory::reset, n -> repeat(n, () -> Touch.mapped(mapping, write, false)));
    contest.add(
        "C",
        memory::reset,
        n -> repeat(n, () -> Touch.mappedInC(memory.fd(), bytes, memory.kind())));
    if (memory.channel != null) {
      FaultBaselines.addChannel(contest, memory, write);
    }
    if (backing == Backing.ANONYMOUS) {
      FaultBaselines.addAllocations(contest, bytes);
    }
  }

  /** Runs a step the given number of times. */
  static void repeat(int times, Contest.Step step) throws Throwable {
    for (int i = 0; i < times; i++) {
      step.run();
    }
  }

  private static void byPreparation(Plan plan) throws IOException {
    long bytes = plan.choose(32, 128) * MIB;
    try (HugePagePool pool = new HugePagePool()) {
      pool.fill(bytes);
      for (Backing backing : List.of(Backing.ANONYMOUS, Backing.TMPFS, Backing.FILE_READ)) {
        try (Memory memory = new Memory(backing, bytes, plan.disk())) {
          Contest contest =
              new Contest("faults-preparation", backing.toString())
                  .single()
                  .hero("no preparation")
                  .per("page", memory.pages());
          preparations(backing)
              .forEach(
                  (name, prepare) -> {
                    Mapping mapping = prepare.apply(memory.mapping());
                    contest.add(
                        name, memory::reset, n -> Touch.mapped(mapping, backing.writes(), false));
                  });
          if (backing == Backing.ANONYMOUS) {
            addInC(contest, memory, "C, no preparation", 0);
            addInC(contest, memory, "C, MAP_POPULATE", CLoops.POPULATE);
            addInC(contest, memory, "C, MADV_HUGEPAGE", CLoops.HUGE);
          }
          plan.run(contest);
        }
      }
    }
  }

  private static void addInC(Contest contest, Memory memory, String name, int how) {
    contest.add(
        name,
        memory::reset,
        n -> Touch.mappedInC(memory.fd(), memory.bytes(), memory.kind() | how));
  }

  private static void inBothOrders(Plan plan) throws IOException {
    for (Backing backing : List.of(Backing.ANONYMOUS, Backing.TMPFS, Backing.FILE_READ)) {
      try (Memory memory = new Memory(backing, plan.choose(16, 128) * MIB, plan.disk())) {
        Mapping mapping = memory.mapping();
        boolean write = backing.writes();
        Contest contest = new Contest("faults-random", backing.toString()).single();
        contest.per("page", memory.pages()).hero("mman, random");
        contest.add("mman, random", memory::reset, n -> Touch.mapped(mapping, write, true));
        addInC(contest, memory, "C, random", CLoops.RANDOM);
        contest.add("mman, sequential", memory::reset, n -> Touch.mapped(mapping, write, false));
        addInC(contest, memory, "C, sequential", 0);
        plan.run(contest);
      }
    }
  }

  private static Map<String, UnaryOperator<Mapping>> preparations(Backing backing) {
    Map<String, UnaryOperator<Mapping>> all = new LinkedHashMap<>();
    all.put("no preparation", m -> m);
    all.put("populate()", Mapping::populate);
    all.put("MAP_POPULATE", m -> m.flags(MapFlag.POPULATE));
    all.put("POPULATE_READ", m -> m.advise(Advice.POPULATE_READ));
    if (backing.writes()) {
      all.put("POPULATE_WRITE", m -> m.advise(Advice.POPULATE_WRITE));
    }
    all.put("WILLNEED", m -> m.advise(Advice.WILLNEED));
    all.put("SEQUENTIAL", m -> m.advise(Advice.SEQUENTIAL));
    all.put("RANDOM", m -> m.advise(Advice.RANDOM));
    if (backing == Backing.ANONYMOUS) {
      all.put("hugePages()", Mapping::hugePages);
      all.put("hugePages().populate()", m -> m.hugePages().populate());
      all.put("HUGETLB", m -> m.flags(MapFlag.HUGETLB));
    }
    return all;
  }

  private static void byOrderAndCache(Plan plan) throws IOException {
    try (Memory memory = new Memory(Backing.FILE_READ, plan.choose(8, 64) * MIB, plan.disk())) {
      // Cached contests come first, because pages that are read back one by one lie in smaller
      // folios, which cause more faults.
      for (boolean cold : new boolean[] {false, true}) {
        for (boolean random : new boolean[] {false, true}) {
          byAdvice(plan, memory, random, cold);
        }
      }
    }
  }

  private static void fewOfMany(Plan plan) throws IOException {
    try (Memory memory = new Memory(Backing.FILE_READ, plan.choose(64, 512) * MIB, plan.disk())) {
      Contest contest =
          new Contest("faults-few", FEW + " of " + (int) memory.pages() + " pages, cold");
      contest.single().per("page read", FEW).hero("no advice");
      for (Advice advice : List.of(Advice.NORMAL, Advice.RANDOM, Advice.WILLNEED)) {
        Mapping mapping = memory.mapping().advise(advice);
        String name = advice == Advice.NORMAL ? "no advice" : advice.name();
        contest.add(name, memory::chill, n -> Touch.few(mapping, FEW));
      }
      plan.run(contest);
    }
  }

  private static void byAdvice(Plan plan, Memory memory, boolean random, boolean cold) {
    String row = (random ? "random" : "sequential") + ", " + (cold ? "cold" : "cached");
    Contest contest =
        new Contest("faults-order", row)
            .single()
            .hero("no preparation")
            .per("page", memory.pages());
    Contest.Step before = cold ? memory::chill : () -> {};
    Map<String, UnaryOperator<Mapping>> ways = new LinkedHashMap<>();
    ways.put("no preparation", m -> m);
    ways.put("SEQUENTIAL", m -> m.advise(Advice.SEQUENTIAL));
    ways.put("RANDOM", m -> m.advise(Advice.RANDOM));
    ways.put("WILLNEED", m -> m.advise(Advice.WILLNEED));
    ways.put("populate()", Mapping::populate);
    ways.forEach(
        (name, prepare) -> {
          Mapping mapping = prepare.apply(memory.mapping());
          contest.add(name, before, n -> Touch.mapped(mapping, false, random));
        });
    long kind = memory.kind() | (random ? CLoops.RANDOM : 0);
    contest.add(
        "C, no preparation", before, n -> Touch.mappedInC(memory.fd(), memory.bytes(), kind));
    plan.run(contest);
  }
}
