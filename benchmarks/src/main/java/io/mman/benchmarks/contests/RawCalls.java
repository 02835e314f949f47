package io.mman.benchmarks.contests;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Plain FFM handles for the same calls, which capture errno and check the result. */
final class RawCalls {
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final MethodHandle MADVISE = link("madvise", JAVA_INT, JAVA_INT);
  private static final MethodHandle MSYNC = link("msync", JAVA_INT, JAVA_INT);
  private static final MethodHandle MPROTECT = link("mprotect", JAVA_INT, JAVA_INT);
  private static final MethodHandle MLOCK = link("mlock", JAVA_INT);
  private static final MethodHandle MUNLOCK = link("munlock", JAVA_INT);
  private static final MethodHandle MUNMAP = link("munmap", JAVA_INT);
  private static final MethodHandle MINCORE = link("mincore", JAVA_INT, ADDRESS);
  private static final MethodHandle MMAP =
      link("mmap", JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle MREMAP =
      link("mremap", JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS);
  private static final MethodHandle FSTAT =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().find("fstat").orElseThrow(),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS),
              ERRNO);
  private static final MemorySegment STAT = Arena.global().allocate(256);
  private static final MemorySegment STATE =
      Arena.global().allocate(Linker.Option.captureStateLayout());

  private RawCalls() {}

  /** Links a function whose first parameters are an address and a length. */
  private static MethodHandle link(String name, MemoryLayout result, MemoryLayout... more) {
    FunctionDescriptor shape =
        FunctionDescriptor.of(result, ADDRESS, JAVA_LONG).appendArgumentLayouts(more);
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), shape, ERRNO);
  }

  private static void check(long result) {
    if (result == -1) {
      throw new IllegalStateException("errno " + STATE.get(JAVA_INT, 0));
    }
  }

  static void madvise(MemorySegment page, int advice) throws Throwable {
    check((int) MADVISE.invokeExact(STATE, page, page.byteSize(), advice));
  }

  static void msync(MemorySegment page, int flags) throws Throwable {
    check((int) MSYNC.invokeExact(STATE, page, page.byteSize(), flags));
  }

  static void mprotect(MemorySegment page, int protection) throws Throwable {
    check((int) MPROTECT.invokeExact(STATE, page, page.byteSize(), protection));
  }

  static void mlockAndMunlock(MemorySegment page) throws Throwable {
    check((int) MLOCK.invokeExact(STATE, page, page.byteSize()));
    check((int) MUNLOCK.invokeExact(STATE, page, page.byteSize()));
  }

  static void mincore(MemorySegment page, MemorySegment vec) throws Throwable {
    check((int) MINCORE.invokeExact(STATE, page, page.byteSize(), vec));
  }

  /** Halves a range in place, then doubles it again. */
  static void mremapTwice(MemorySegment pages) throws Throwable {
    long whole = pages.byteSize();
    MemorySegment nowhere = MemorySegment.NULL;
    check((long) MREMAP.invokeExact(STATE, pages, whole, whole / 2, 0, nowhere));
    check((long) MREMAP.invokeExact(STATE, pages, whole / 2, whole, 0, nowhere));
  }

  /** Maps an open file as barely as Java can, with a segment that its arena bounds. */
  static void mapFile(int fd, long bytes) throws Throwable {
    check((int) FSTAT.invokeExact(STATE, fd, STAT));
    long address = (long) MMAP.invokeExact(STATE, MemorySegment.NULL, bytes, 1, 1, fd, 0L);
    check(address);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment.ofAddress(address).reinterpret(bytes, arena, null);
    }
    check((int) MUNMAP.invokeExact(STATE, MemorySegment.ofAddress(address), bytes));
  }

  static void mmapAndMunmap(long bytes, int protection, int flags) throws Throwable {
    long address =
        (long) MMAP.invokeExact(STATE, MemorySegment.NULL, bytes, protection, flags, -1, 0L);
    check(address);
    check((int) MUNMAP.invokeExact(STATE, MemorySegment.ofAddress(address), bytes));
  }
}
