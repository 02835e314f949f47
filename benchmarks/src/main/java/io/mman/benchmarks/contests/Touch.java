package io.mman.benchmarks.contests;

import io.mman.MapFlag;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.Protection;
import io.mman.benchmarks.CLoops;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Set;

/** Accesses each page once, in Java or in C. */
public final class Touch {
  private static final MethodHandle IN_C = CLoops.onRange("touch");
  private static final MethodHandle MAP_IN_C = CLoops.onFile("map_touch");
  private static final int PAGE = 4096;

  /** Prevents the JIT from removing the loads. */
  static volatile long sink;

  private Touch() {}

  /** Stores to each page or loads from it, with the same loops as loops.c. */
  static void pages(MemorySegment memory, boolean write, boolean random) {
    if (random) {
      randomly(memory, write);
    } else if (write) {
      for (long at = 0; at < memory.byteSize(); at += PAGE) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
      }
    } else {
      long sum = 0;
      for (long at = 0; at < memory.byteSize(); at += PAGE) {
        sum += memory.get(ValueLayout.JAVA_BYTE, at);
      }
      sink = sum;
    }
  }

  private static void randomly(MemorySegment memory, boolean write) {
    long pages = memory.byteSize() / PAGE;
    long sum = 0;
    for (long i = 0; i < pages; i++) {
      long at = PAGE * page(i, pages);
      if (write) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
      } else {
        sum += memory.get(ValueLayout.JAVA_BYTE, at);
      }
    }
    sink = sum;
  }

  /** Maps, reads from {@code count} pages in random order, and unmaps. */
  static void few(Mapping mapping, int count) {
    try (MappedRegion region = mapping.mapConfined()) {
      MemorySegment memory = region.segment();
      long pages = memory.byteSize() / PAGE;
      long sum = 0;
      for (long i = 0; i < count; i++) {
        sum += memory.get(ValueLayout.JAVA_BYTE, PAGE * page(i, pages));
      }
      sink = sum;
    }
  }

  /** Permutes page numbers; the number of pages must be a power of two. */
  static long page(long i, long pages) {
    return i * 2654435761L + 12345 & pages - 1;
  }

  /** Maps, accesses each page, and unmaps. */
  public static void mapped(Mapping mapping, boolean write, boolean random) {
    try (MappedRegion region = mapping.mapConfined()) {
      pages(region.segment(), write, random);
    }
  }

  /** Does the same by {@code Mman.mmap} and {@code Mman.munmap}. */
  static void mappedByFacade(
      Set<MapFlag> flags, Protection protection, int fd, long bytes, boolean write) {
    MemorySegment memory = Mman.mmap(MemorySegment.NULL, bytes, protection, flags, fd, 0);
    pages(memory, write, false);
    Mman.munmap(memory);
  }

  /** Does the same in C. */
  public static void mappedInC(int fd, long bytes, long kind) throws Throwable {
    CLoops.require((long) MAP_IN_C.invokeExact(fd, bytes, kind));
  }

  /** Accesses each page of existing memory in C. */
  static void inC(MemorySegment memory, long kind) throws Throwable {
    CLoops.require((long) IN_C.invokeExact(memory, memory.byteSize(), kind));
  }
}
