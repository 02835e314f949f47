package io.mman.benchmarks.contests;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;
import io.mman.benchmarks.CLoops;
import io.mman.benchmarks.measure.Contest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Measures page faults that end in a bus error and are survived. A handler in C, which is in force
 * for its turns only, and page faults that succeed occur at the same addresses, by the same loop.
 */
final class SurvivedFaults implements AutoCloseable {
  private static final MethodHandle TOUCH = CLoops.onRange("touch_ranges");
  private static final MethodHandle SURVIVE_IN_C = CLoops.onRange("survive_in_c");
  private static final MethodHandle LOST_IN_C = CLoops.onRange("lost_in_c");
  private static final MethodHandle MAP_OVER = CLoops.onRange("map_over");
  private static final long PAGE = 4096;
  private static final int PAGES = 64;
  private static final long BYTES = PAGES * PAGE;
  private static final int NO_FILE = -1;

  private final Arena arena = Arena.ofConfined();
  private final List<MappedRegion> regions = new ArrayList<>();
  private final List<MappedRegion> accessed = new ArrayList<>();

  /** The file whose pages are lost. */
  private final NativeFile file;

  /** Truncates the file before each turn, or null for a hole on a full disk. */
  private final FileChannel truncated;

  /** A file that has all its pages. */
  private final Memory intact;

  /** The start and the end of each region, sorted, for the handler in C. */
  private final MemorySegment table;

  /** The same of the regions that are accessed. */
  private final MemorySegment accessedTable;

  private boolean isCInForce;

  private SurvivedFaults(NativeFile file, FileChannel truncated, Memory intact, int live) {
    this.file = file;
    this.truncated = truncated;
    this.intact = intact;
    intact.reset();
    boolean onePageEach = truncated != null && live > 1;
    if (!onePageEach) {
      accessed.add(map(file, BYTES));
    }
    while (regions.size() < live) {
      if (onePageEach && regions.size() % (live / PAGES) == 0 && accessed.size() < PAGES) {
        accessed.add(map(file, PAGE));
      } else {
        map(intact.file, PAGE); // of another file, because truncation looks at all areas of a file
      }
    }
    table = table(regions);
    accessedTable = table(accessed);
  }

  static void run(Plan plan) throws IOException {
    for (int live : List.of(1, SurvivalContests.MANY)) {
      try (Memory lost = new Memory(Backing.FILE_READ, BYTES, plan.disk());
          Memory intact = new Memory(Backing.FILE_READ, BYTES, plan.disk());
          SurvivedFaults faults = new SurvivedFaults(lost.file, lost.channel, intact, live)) {
        plan.run(faults.contest("truncated file", live));
      }
      try (Memory intact = new Memory(Backing.TMPFS, BYTES, plan.disk());
          NativeFile hole = FullDisk.hole(BYTES);
          SurvivedFaults faults = new SurvivedFaults(hole, null, intact, live)) {
        plan.run(faults.contest("full tmpfs", live));
      } catch (UnsupportedOperationException e) {
        System.err.println("The full tmpfs is left out: " + e.getMessage());
      }
    }
  }

  private MappedRegion map(NativeFile of, long bytes) {
    Mapping mapping = Mapping.file(of).range(0, bytes).readWrite().surviveBusErrors();
    MappedRegion region = mapping.mapConfined();
    regions.add(region);
    return region;
  }

  private MemorySegment table(List<MappedRegion> all) {
    List<MemorySegment> segments =
        all.stream()
            .map(MappedRegion::segment)
            .sorted(Comparator.comparingLong(MemorySegment::address))
            .toList();
    MemorySegment ranges = arena.allocate(JAVA_LONG, 2L * segments.size());
    for (int i = 0; i < segments.size(); i++) {
      MemorySegment segment = segments.get(i);
      ranges.setAtIndex(JAVA_LONG, 2L * i, segment.address());
      ranges.setAtIndex(JAVA_LONG, 2L * i + 1, segment.address() + segment.byteSize());
    }
    return ranges;
  }

  private Contest contest(String name, int live) {
    String row = name + (live == 1 ? ", 1 region" : ", %,d regions".formatted(live));
    Contest contest = new Contest("survival-faults", row).single().per("page", PAGES);
    contest.add("mman", this::lose, n -> survive(this::touch));
    if (accessed.size() == 1) {
      contest.add("mman, accessed from Java", this::lose, n -> survive(this::touchFromJava));
    }
    contest.add("C", () -> loseToC(NO_FILE), n -> surviveInC());
    contest.add("C, with fstat", () -> loseToC(file.fd()), n -> surviveInC());
    contest.add("page fault", () -> keep(), n -> touch());
    return contest;
  }

  /** Puts all pages back, which takes the same way before each turn. */
  private void reset() throws Throwable {
    if (isCInForce) {
      isCInForce = false;
      CLoops.require((long) SURVIVE_IN_C.invokeExact(MemorySegment.NULL, 0L, 0L));
    }
    if (truncated != null) {
      file.resize(BYTES);
    }
    accessed.forEach(MappedRegion::restore);
    mapOver(file.fd());
  }

  /** Maps the start of a file over each region that is accessed. */
  private void mapOver(int fd) throws Throwable {
    long all = accessedTable.byteSize();
    CLoops.require((long) MAP_OVER.invokeExact(accessedTable, all, (long) fd));
  }

  private void lose() throws Throwable {
    reset();
    if (truncated != null) {
      truncated.truncate(0);
    }
  }

  private void loseToC(int fd) throws Throwable {
    lose();
    isCInForce = true;
    CLoops.require((long) SURVIVE_IN_C.invokeExact(table, table.byteSize(), (long) fd));
  }

  private void keep() throws Throwable {
    reset();
    mapOver(intact.fd());
  }

  private void touch() throws Throwable {
    long kind = intact.kind();
    CLoops.require((long) TOUCH.invokeExact(accessedTable, accessedTable.byteSize(), kind));
  }

  private void touchFromJava() {
    Touch.pages(accessed.getFirst().segment(), intact.writes(), false);
  }

  private void survive(Contest.Step access) throws Throwable {
    long before = accessed.getLast().lostPages();
    access.run();
    requireLoss(accessed.getLast().lostPages() > before);
  }

  private void surviveInC() throws Throwable {
    long before = lostInC();
    touch();
    requireLoss(lostInC() == before + PAGES);
  }

  private static long lostInC() throws Throwable {
    return (long) LOST_IN_C.invokeExact(MemorySegment.NULL, 0L, 0L);
  }

  private static void requireLoss(boolean isLost) {
    if (!isLost) {
      throw new IllegalStateException("no page was lost");
    }
  }

  @Override
  public void close() {
    try {
      reset();
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    } finally {
      regions.forEach(MappedRegion::close);
      arena.close();
    }
  }
}
