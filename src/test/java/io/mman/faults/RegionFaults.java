package io.mman.faults;

import static io.mman.faults.FaultScenario.BYTES;
import static io.mman.faults.FaultScenario.PAGE;
import static io.mman.faults.FaultScenario.require;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.mman.Advice;
import io.mman.LockFlag;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.SyncFlag;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** The scenarios with regions. */
final class RegionFaults {
  private static final Protection RW = Protection.READ_WRITE;
  private static final byte MARK = 77;

  private RegionFaults() {}

  /** Maps a region of a file for a scenario, or one of memory, which does not use the file. */
  private interface Maker {
    MappedRegion map(NativeFile file);
  }

  private static final Maker MEMORY = file -> Mapping.anonymous(BYTES).mapConfined();
  private static final Maker SHARED = file -> Mapping.anonymous(BYTES).mapShared();
  private static final Maker GUARDED = file -> Mapping.anonymous(BYTES).guardPages().mapConfined();
  private static final Maker RESERVED =
      file -> Mapping.anonymous(BYTES).reserve(3 * BYTES).mapShared();
  private static final Maker FILE = file -> part(file).mapShared();
  private static final Maker FILE_RESERVED = file -> part(file).reserve(2 * BYTES).mapConfined();
  private static final Maker FILE_HUGE =
      file -> part(file).hugePages().reserve(2 * BYTES).mapShared();

  static List<FaultScenario> all() {
    return List.of(
        moves(with("grow", MEMORY, r -> r.resize(2 * BYTES))),
        moves(with("growShared", SHARED, r -> r.resize(2 * BYTES))),
        moves(with("growGuarded", GUARDED, r -> r.resize(2 * BYTES))).survives(FaultPlan.MUNMAP),
        with("growReserved", RESERVED, r -> r.resize(2 * BYTES)),
        moves(with("growFile", FILE, r -> r.resize(2 * BYTES))).survives(FaultPlan.LSEEK),
        with("growFileReserved", FILE_RESERVED, r -> r.resize(2 * BYTES)).survives(FaultPlan.LSEEK),
        with("growFileHuge", FILE_HUGE, r -> r.resize(2 * BYTES))
            .survives(FaultPlan.LSEEK)
            .survives(FaultPlan.MADVISE, "EINVAL"), // a kernel without huge pages
        with("growLocked", RegionFaults::locked, r -> r.resize(2 * BYTES)),
        with("growSeveralAreas", RegionFaults::severalAreas, r -> r.resize(2 * BYTES))
            .survives(FaultPlan.MREMAP, 1, "EFAULT"), // the second time it moves an area
        with("growFromNothing", file -> Mapping.anonymous(0).mapConfined(), r -> r.resize(BYTES)),
        with("growReadOnly", RegionFaults::readOnlyWithTail, r -> r.resize(2 * PAGE)),
        with("shrink", MEMORY, r -> r.resize(PAGE)),
        with("shrinkToNothing", MEMORY, r -> r.resize(0)),
        with("shrinkGuarded", GUARDED, r -> r.resize(PAGE)).survives(FaultPlan.MUNMAP),
        with("shrinkReserved", RESERVED, r -> r.resize(PAGE)),
        with("shrinkFileReserved", FILE_RESERVED, r -> r.resize(PAGE + 1)),
        with("narrow", SHARED, r -> r.protect(Protection.READ)),
        with("narrowToNothing", FILE, r -> r.protect(Protection.NONE)),
        with("widen", FILE, r -> r.protect(Protection.READ_WRITE_EXEC)),
        with("splitAndJoin", FILE, r -> r.join(r.split(4 * PAGE))),
        new FaultScenario("closeParts", RegionFaults::closeParts),
        with("close", FILE, MappedRegion::close),
        with("closeReserved", RESERVED, MappedRegion::close),
        with("sync", FILE, MappedRegion::sync),
        with("syncPart", FILE, r -> r.sync(1, PAGE, SyncFlag.ASYNC, SyncFlag.INVALIDATE)),
        with("advise", FILE, r -> r.advise(Advice.RANDOM)),
        with("discard", FILE, r -> r.advise(Advice.DONTNEED, PAGE, 5 * PAGE)),
        with("lock", MEMORY, MappedRegion::lock),
        with("lockOnFault", FILE, r -> r.lock(0, PAGE, LockFlag.ONFAULT)),
        with("unlock", FILE, MappedRegion::unlock),
        with("populate", SHARED, MappedRegion::populate),
        with("populateFile", FILE, MappedRegion::populate),
        with("residency", FILE, r -> r.residency().residentPages()),
        with("isResident", MEMORY, r -> r.isResident(0, BYTES)),
        with("residentPages", MEMORY, r -> r.residentPages(0, BYTES)),
        // Untouched memory is never resident, so that each time all of it is asked for.
        with("prefetch", MEMORY, r -> askedFor(r.prefetch(new long[] {BYTES / 4, BYTES / 2}, PAGE)))
            .survives(FaultPlan.PROCESS_MADVISE)
            .mayMake(FaultPlan.PROCESS_MADVISE),
        with("prefetchOne", MEMORY, r -> r.prefetch(PAGE, PAGE))
            .survives(FaultPlan.MADVISE, "EBADF"), // a kernel that cannot swap
        with("read", FILE, r -> copyAll(r.read(0, memory()), 3 * PAGE))
            .survives(FaultPlan.PREAD64), // the pages are copied instead
        with("readToHeap", MEMORY, r -> copyAll(r.read(0, heap()), 200_000))
            .survives(FaultPlan.PROCESS_VM_READV, FaultRule.LATER, ""), // it returns fewer bytes
        with("write", MEMORY, r -> copyAll(r.write(PAGE, memory()), 3 * PAGE)),
        with("writeFromHeap", FILE, r -> copyAll(r.write(PAGE, heap()), 200_000))
            .survives(FaultPlan.PROCESS_VM_WRITEV, FaultRule.LATER, ""),
        new FaultScenario("closeArena", RegionFaults::closeArena));
  }

  /** With EFAULT, mremap says that the region lies in several areas: then each moves by itself. */
  private static FaultScenario moves(FaultScenario scenario) {
    return scenario.survives(FaultPlan.MREMAP, "EFAULT");
  }

  private static MemorySegment memory() {
    return Arena.ofAuto().allocate(3 * PAGE);
  }

  private static MemorySegment heap() {
    return MemorySegment.ofArray(new byte[200_000]);
  }

  private static void askedFor(int ranges) {
    require(ranges == 2, "both ranges are asked for");
  }

  private static void copyAll(long copied, long wanted) {
    require(copied > 0 && copied <= wanted, "bytes copied");
  }

  private static NativeFile file(Path folder) {
    NativeFile file = NativeFile.open(folder.resolve("file"), WRITE, CREATE);
    file.resize(2 * BYTES);
    return file;
  }

  private static Mapping part(NativeFile file) {
    return Mapping.file(file).range(0, BYTES).protection(RW);
  }

  private static MappedRegion locked(NativeFile file) {
    MappedRegion region = MEMORY.map(file);
    region.lock(0, PAGE);
    return region;
  }

  private static MappedRegion severalAreas(NativeFile file) {
    MappedRegion region = MEMORY.map(file);
    region.advise(Advice.DONTFORK, PAGE, PAGE);
    return region;
  }

  /** Growth has to zero its last page, for which the page becomes writable for a moment. */
  private static MappedRegion readOnlyWithTail(NativeFile file) {
    MappedRegion region = RESERVED.map(file);
    region.segment().fill((byte) 1);
    region.resize(100);
    region.protect(Protection.READ);
    return region;
  }

  private static FaultScenario.Attempt closeParts(Path folder) {
    MappedRegion first = Mapping.anonymous(BYTES).mapConfined();
    MappedRegion rest = first.split(BYTES / 2);
    return new FaultScenario.Attempt() {
      @Override
      public void run() {
        first.close();
        checkUsable(rest);
        rest.close();
      }

      @Override
      public void check(Throwable failure) {
        first.close();
        rest.close();
      }
    };
  }

  private static FaultScenario with(String name, Maker maker, Consumer<MappedRegion> step) {
    return new FaultScenario(
        name,
        folder -> {
          NativeFile file = file(folder);
          MappedRegion region = maker.map(file);
          if (region.size() > 0 && region.protection().canWrite()) {
            region.segment().set(JAVA_BYTE, PAGE - 1, MARK);
          }
          return new OnRegion(region, file, step);
        });
  }

  private record OnRegion(MappedRegion region, NativeFile file, Consumer<MappedRegion> step)
      implements FaultScenario.Attempt {
    @Override
    public void run() {
      step.accept(region);
    }

    @Override
    public void check(Throwable failure) {
      if (region.isAlive()) {
        checkUsable(region);
        region.protect(Protection.NONE);
        region.protect(RW);
        region.resize(3 * PAGE);
        checkUsable(region);
      }
      region.close(); // also if the first attempt failed
      require(!region.isAlive(), "closed");
      region.close();
      file.resize(0); // no region covers it any more
      file.close();
    }
  }

  /** Checks that the region is usable. */
  static void checkUsable(MappedRegion region) {
    if (region.size() == 0 || !region.protection().canRead()) {
      return;
    }
    MemorySegment view = region.segment();
    require(view.byteSize() == region.size(), "the view's size");
    byte first = view.get(JAVA_BYTE, 0);
    require(view.isReadOnly() != region.protection().canWrite(), "the protection of the view");
    if (!view.isReadOnly()) {
      view.set(JAVA_BYTE, 0, first);
      view.get(JAVA_BYTE, view.byteSize() - 1);
      region.sync();
    }
    if (region.size() > PAGE && !view.isReadOnly()) {
      byte mark = view.get(JAVA_BYTE, PAGE - 1);
      require(mark == MARK || mark == 0, "the bytes");
    }
    require(region.read(0, MemorySegment.ofArray(new byte[1])) == 1, "read");
    require(region.residentPages(0, 1) == 1, "resident");
  }

  private static FaultScenario.Attempt closeArena(Path folder) {
    Arena arena = Arena.ofConfined();
    MappedRegion region = Mapping.anonymous(BYTES).map(arena);
    MemorySegment pages = MemorySegment.ofAddress(region.segment().address()).reinterpret(BYTES);
    return new FaultScenario.Attempt() {
      @Override
      public void run() {
        arena.close();
      }

      @Override
      public void check(Throwable failure) {
        require(!arena.scope().isAlive() && !region.isAlive(), "closed");
        if (failure != null) {
          Mman.munmap(pages); // the closed arena does not try again
        }
      }
    };
  }
}
