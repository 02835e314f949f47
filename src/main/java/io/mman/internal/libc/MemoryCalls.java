package io.mman.internal.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * The calls on ranges of memory.
 *
 * <p>An address is passed as a segment, never as a {@code long}. The linker then checks that its
 * arena is open, and keeps it open until the call returns. No call can therefore reach memory that
 * has been unmapped and reused.
 */
public final class MemoryCalls {
  static final FunctionDescriptor RANGE = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG);
  private static final FunctionDescriptor RANGE_AND_INT =
      FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);

  private MemoryCalls() {}

  // void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset);
  private static final class Mmap {
    static final MethodHandle CALL =
        Linking.link(
            "mmap",
            FunctionDescriptor.of(
                JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  }

  /** Links mmap, so that memory can be mapped when no descriptor is free. */
  public static void loadMmap() {
    Linking.requireAccess();
    Objects.requireNonNull(Mmap.CALL);
  }

  /** Returns the address, or the negative errno, which differs: no address is in the last page. */
  public static long mmap(
      MemorySegment addr, long length, int prot, int flags, int fd, long offset) {
    MemorySegment scratch = Scratch.get();
    try {
      return Scratch.result(
          (long) Mmap.CALL.invokeExact(scratch, addr, length, prot, flags, fd, offset), scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int munmap(void *addr, size_t length);
  private static final class Munmap {
    static final MethodHandle CALL = Linking.link("munmap", RANGE);
  }

  /** Links munmap, so that memory can be unmapped even after resources have run out. */
  public static void loadMunmap() {
    Linking.requireAccess();
    Objects.requireNonNull(Munmap.CALL);
  }

  public static int munmap(MemorySegment range) {
    MemorySegment scratch = Scratch.get();
    try {
      return Scratch.result(
          (int) Munmap.CALL.invokeExact(scratch, range, range.byteSize()), scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int mprotect(void *addr, size_t len, int prot);
  private static final class Mprotect {
    static final MethodHandle CALL = Linking.link("mprotect", RANGE_AND_INT);
  }

  /** Changes the protection of a range. */
  public static int mprotect(MemorySegment range, int prot) {
    MemorySegment scratch = Scratch.get();
    try {
      return Scratch.result(
          (int) Mprotect.CALL.invokeExact(scratch, range, range.byteSize(), prot), scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int madvise(void *addr, size_t length, int advice);
  private static final class Madvise {
    static final MethodHandle CALL = Linking.link("madvise", RANGE_AND_INT);
  }

  /** Loads the class of madvise, without linking it. */
  public static void loadMadvise() {
    Objects.requireNonNull(Madvise.class);
  }

  /** Gives advice on the use of a range, or acts on the range. */
  public static int madvise(MemorySegment range, int advice) {
    MemorySegment scratch = Scratch.get();
    try {
      return Scratch.result(
          (int) Madvise.CALL.invokeExact(scratch, range, range.byteSize(), advice), scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int msync(void *addr, size_t length, int flags);
  private static final class Msync {
    static final MethodHandle CALL = Linking.link("msync", RANGE_AND_INT);
  }

  /** Writes the changed pages of a range to their file. */
  public static int msync(MemorySegment range, int flags) {
    MemorySegment scratch = Scratch.get();
    try {
      return Scratch.result(
          (int) Msync.CALL.invokeExact(scratch, range, range.byteSize(), flags), scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int mlock(const void *addr, size_t len);
  private static final class Mlock {
    static final MethodHandle CALL = Linking.link("mlock", RANGE);
  }

  /** Faults a range in and locks it in memory. */
  public static int mlock(MemorySegment range) {
    MemorySegment scratch = Scratch.get();
    try {
      return Scratch.result(
          (int) Mlock.CALL.invokeExact(scratch, range, range.byteSize()), scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int mlock2(const void *addr, size_t len, unsigned int flags);
  private static final class Mlock2 {
    static final MethodHandle CALL = Linking.link("mlock2", RANGE_AND_INT);
  }

  /** Locks a range in memory, in the way that the flags select. */
  public static int mlock2(MemorySegment range, int flags) {
    MemorySegment scratch = Scratch.get();
    try {
      return Scratch.result(
          (int) Mlock2.CALL.invokeExact(scratch, range, range.byteSize(), flags), scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int munlock(const void *addr, size_t len);
  private static final class Munlock {
    static final MethodHandle CALL = Linking.link("munlock", RANGE);
  }

  /** Unlocks a range, so that its pages may be reclaimed again. */
  public static int munlock(MemorySegment range) {
    MemorySegment scratch = Scratch.get();
    try {
      return Scratch.result(
          (int) Munlock.CALL.invokeExact(scratch, range, range.byteSize()), scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int mincore(void *addr, size_t length, unsigned char *vec);
  private static final class Mincore {
    static final MethodHandle CALL =
        Linking.link("mincore", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS));
  }

  /** Writes a byte for each page to {@code vec}; its lowest bit is set if the page is resident. */
  public static int mincore(MemorySegment range, MemorySegment vec) {
    MemorySegment scratch = Scratch.get();
    try {
      return Scratch.result(
          (int) Mincore.CALL.invokeExact(scratch, range, range.byteSize(), vec), scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  /** The maximum number of pages of {@link #countResident}. */
  public static final int COUNTABLE_PAGES = (int) Scratch.STRUCTURE_BYTES;

  /**
   * Counts the resident pages of a range of at most {@link #COUNTABLE_PAGES}. It allocates nothing:
   * the range is sliced in this method, so that C2 can eliminate the slice.
   */
  public static int countResident(MemorySegment pages, long offset, long length, long page) {
    MemorySegment vec = Scratch.structure();
    int result = mincore(Slices.around(pages, offset, length), vec);
    if (result < 0) {
      return result;
    }
    int count = 0;
    for (long i = Math.ceilDiv(length, page) - 1; i >= 0; i--) {
      count += vec.get(JAVA_BYTE, i) & 1;
    }
    return count;
  }

  /** Returns whether a result is a negative errno and not an address, of which none is as high. */
  public static boolean isError(long address) {
    return address < 0 && address > -4096;
  }

  // void *mremap(void *old_address, size_t old_size, size_t new_size, int flags, ... /* void
  // *new_address */);
  private static final class Mremap {
    static final MethodHandle CALL =
        Linking.linkVariadic(
            "mremap",
            FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS),
            4);
  }

  /**
   * Returns the new address, or the negative errno. The fifth argument is always passed, because
   * MREMAP_DONTUNMAP reads it.
   */
  public static long mremap(MemorySegment range, long newLength, int flags, MemorySegment newAddr) {
    MemorySegment scratch = Scratch.get();
    try {
      return Scratch.result(
          (long)
              Mremap.CALL.invokeExact(scratch, range, range.byteSize(), newLength, flags, newAddr),
          scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }
}
