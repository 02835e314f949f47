package io.mman.benchmarks.contests;

import io.mman.MapFlag;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.Protection;
import io.mman.RegionGroup;
import io.mman.benchmarks.CLoops;
import io.mman.benchmarks.measure.Contest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;

/** Measures mapping and closing a region, and operations on a live one. */
final class LifetimeContests {
  static final FileChannel.MapMode READ = FileChannel.MapMode.READ_ONLY;
  private static final MethodHandle MAP_IN_C = CLoops.onFile("map_file");
  private static final MethodHandle LSEEK_AND_MAP_IN_C = CLoops.onFile("map_file_lseek");
  private static final MethodHandle FSTAT_AND_MAP_IN_C = CLoops.onFile("map_file_fstat");
  private static final Set<MapFlag> SHARED = EnumSet.of(MapFlag.SHARED);
  static final long BYTES = 1 << 20;
  private static final MethodHandle MPROTECT_IN_C = CLoops.onRange("loop_mprotect");
  private static final int GROUP = 100;

  private LifetimeContests() {}

  static void run(Plan plan) throws IOException {
    try (Memory memory = new Memory(Backing.FILE_READ, BYTES, plan.disk())) {
      Mapping mapping = Mapping.file(memory.file);
      plan.run(confined(memory, mapping));
      plan.run(shared(memory, mapping));
      plan.run(grouped(memory, mapping));
      plan.run(length(memory));
      LiveRegions.run(plan, memory);
      WaitingThreads.run(plan, memory);
    }
    plan.run(protection());
    GrowContests.run(plan);
  }

  private static Contest confined(Memory memory, Mapping mapping) {
    return new Contest("lifetimes-map", "confined")
        .add("mman", n -> mapped(n, mapping::mapConfined))
        .add("mman, borrowed arena", n -> borrowed(n, Arena::ofConfined, mapping))
        .add("FileChannel.map", n -> channel(n, Arena::ofConfined, memory.channel))
        .add("bare FFM, fstat", n -> barely(memory.fd(), n))
        .add("C", n -> inC(memory, n))
        .add("C, fstat", n -> inC(FSTAT_AND_MAP_IN_C, memory, n));
  }

  private static Contest shared(Memory memory, Mapping mapping) {
    return new Contest("lifetimes-map", "shared")
        .add("mman", n -> mapped(n, mapping::mapShared))
        .add("mman, borrowed arena", n -> borrowed(n, Arena::ofShared, mapping))
        .add("FileChannel.map", n -> channel(n, Arena::ofShared, memory.channel))
        .add("C", n -> inC(memory, n));
  }

  private static Contest grouped(Memory memory, Mapping mapping) {
    return new Contest("lifetimes-map", "shared, " + GROUP + " per arena")
        .single()
        .per("region", GROUP)
        .add("mman", n -> inGroup(RegionGroup.open(), mapping))
        .add("mman, borrowed arena", n -> inGroup(Arena.ofShared(), mapping))
        .add("FileChannel.map", n -> channels(memory.channel))
        .add("C", n -> inC(memory, GROUP));
  }

  /**
   * Measures the query of a file's length, which the library makes before it maps a range. It uses
   * lseek(2) until {@code fd()} has been called, and fstat(2) from then on.
   */
  private static Contest length(Memory memory) {
    Mapping mapping = Mapping.file(memory.file).range(0, BYTES);
    Mapping numbered = Mapping.file(memory.forC).range(0, BYTES);
    memory.forC.fd();
    int fd = memory.fd();
    return new Contest("lifetimes-length", "range of a file")
        .add("mman", n -> mapped(n, mapping::mapConfined))
        .add("mman, after fd()", n -> mapped(n, numbered::mapConfined))
        .add("Mman.mmap, length not asked", n -> byFacade(n, fd))
        .add("C, length not asked", n -> inC(memory, n))
        .add("C, lseek", n -> inC(LSEEK_AND_MAP_IN_C, memory, n))
        .add("C, fstat", n -> inC(FSTAT_AND_MAP_IN_C, memory, n));
  }

  private static void byFacade(int times, int fd) {
    for (int i = 0; i < times; i++) {
      Mman.munmap(Mman.mmap(MemorySegment.NULL, BYTES, Protection.READ, SHARED, fd, 0));
    }
  }

  private static void barely(int fd, int times) throws Throwable {
    for (int i = 0; i < times; i++) {
      RawCalls.mapFile(fd, BYTES);
    }
  }

  static void inC(Memory memory, int times) throws Throwable {
    inC(MAP_IN_C, memory, times);
  }

  private static void inC(MethodHandle loop, Memory memory, int times) throws Throwable {
    CLoops.require((long) loop.invokeExact(memory.fd(), BYTES, (long) times));
  }

  static void mapped(int times, Supplier<MappedRegion> map) {
    for (int i = 0; i < times; i++) {
      map.get().close();
    }
  }

  private static void borrowed(int times, Supplier<Arena> arenas, Mapping mapping) {
    for (int i = 0; i < times; i++) {
      try (Arena arena = arenas.get()) {
        mapping.map(arena);
      }
    }
  }

  static void channel(int times, Supplier<Arena> arenas, FileChannel channel) throws IOException {
    for (int i = 0; i < times; i++) {
      try (Arena arena = arenas.get()) {
        channel.map(READ, 0, BYTES, arena);
      }
    }
  }

  private static void inGroup(Arena arena, Mapping mapping) {
    try (arena) {
      for (int i = 0; i < GROUP; i++) {
        mapping.map(arena);
      }
    }
  }

  private static void channels(FileChannel channel) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      for (int i = 0; i < GROUP; i++) {
        channel.map(READ, 0, BYTES, arena);
      }
    }
  }

  private static Contest protection() {
    MappedRegion confined = touched(Mapping.anonymous(4096).mapConfined());
    MappedRegion shared = touched(Mapping.anonymous(4096).mapShared());
    MemorySegment bare = Mapping.anonymous(4096).map(Arena.global()).segment();
    bare.fill((byte) 1);
    return new Contest("lifetimes-protect", "READ, then READ_WRITE")
        .per("pair", 1)
        .hero("Mman.mprotect")
        .add("Mman.mprotect", n -> protectBare(n, bare))
        .add("MappedRegion, confined", n -> protect(n, confined))
        .add("MappedRegion, shared", n -> protect(n, shared))
        .add("C", n -> CLoops.require(protectInC(n, bare)));
  }

  private static MappedRegion touched(MappedRegion region) {
    region.segment().fill((byte) 1);
    return region;
  }

  private static long protectInC(int times, MemorySegment page) throws Throwable {
    return (long) MPROTECT_IN_C.invokeExact(page, page.byteSize(), 2L * times);
  }

  private static void protectBare(int times, MemorySegment page) {
    for (int i = 0; i < times; i++) {
      Mman.mprotect(page, Protection.READ);
      Mman.mprotect(page, Protection.READ_WRITE);
    }
  }

  private static void protect(int times, MappedRegion region) {
    for (int i = 0; i < times; i++) {
      region.protect(Protection.READ);
      region.protect(Protection.READ_WRITE);
    }
  }
}
