package io.mman.internal.libc;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/** The calls on ranges of memory. */
public final class MemoryCalls {
  // void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset);
  private static final CFunction MMAP = new CFunction("mmap");
  // int munmap(void *addr, size_t length);
  private static final CFunction MUNMAP = new CFunction("munmap");
  // int mprotect(void *addr, size_t len, int prot);
  private static final CFunction MPROTECT = new CFunction("mprotect");
  // int madvise(void *addr, size_t length, int advice);
  private static final CFunction MADVISE = new CFunction("madvise");
  private static final CFunction MADVISE_BLOCKING = CFunction.blocking("madvise");
  // int msync(void *addr, size_t length, int flags);
  private static final CFunction MSYNC = new CFunction("msync");
  private static final CFunction MSYNC_BLOCKING = CFunction.blocking("msync");
  // int mlock(const void *addr, size_t len);
  private static final CFunction MLOCK = new CFunction("mlock");
  private static final CFunction MLOCK_BLOCKING = CFunction.blocking("mlock");
  // int mlock2(const void *addr, size_t len, unsigned int flags);
  private static final CFunction MLOCK2 = new CFunction("mlock2");
  private static final CFunction MLOCK2_BLOCKING = CFunction.blocking("mlock2");
  // int munlock(const void *addr, size_t len);
  private static final CFunction MUNLOCK = new CFunction("munlock");
  // int mincore(void *addr, size_t length, unsigned char *vec);
  private static final CFunction MINCORE = new CFunction("mincore");
  // void *mremap(void *old_address, size_t old_size, size_t new_size, int flags, ... /* void
  // *new_address */);
  private static final CFunction MREMAP = new CFunction("mremap", 4);

  /** The maximum number of pages of {@link #countResident}. */
  public static final int COUNTABLE_PAGES = Scratch.STRUCTURE_BYTES;

  private MemoryCalls() {}

  /**
   * Loads the classes of the shapes of calls, without linking them: once no descriptor is free, the
   * JVM cannot load a class from a folder.
   */
  public static void loadShapes() {
    Objects.requireNonNull(CFunction.class.getDeclaredClasses()); // loads the private ones
  }

  /** Returns the address, or the negative errno, which differs: no address is in the last page. */
  public static long mmap(
      MemorySegment addr, long length, int prot, int flags, int fd, long offset) {
    return MMAP.callForLong(addr.address(), length, prot, flags, fd, offset, addr);
  }

  public static int munmap(MemorySegment range) {
    return munmap(range.address(), range.byteSize(), range);
  }

  /**
   * Unmaps a range.
   *
   * @param held the segment whose arena stays open during the call, or NULL
   */
  public static int munmap(long address, long length, MemorySegment held) {
    return MUNMAP.call(address, length, 0, 0, 0, 0, held);
  }

  /** Changes the protection of a range. */
  public static int mprotect(MemorySegment range, int prot) {
    return MPROTECT.callOn(range, prot);
  }

  /** Gives advice on the use of a range, or acts on the range. */
  public static int madvise(MemorySegment range, int advice) {
    return MADVISE.callOn(range, advice);
  }

  /**
   * Calls madvise.
   *
   * @param parks whether a virtual thread parks meanwhile, instead of blocking its carrier
   */
  public static int madvise(MemorySegment range, int advice, boolean parks) {
    return (parks ? MADVISE_BLOCKING : MADVISE).callOn(range, advice);
  }

  /**
   * Writes the changed pages of a range to their file.
   *
   * @param parks as of {@link #madvise(MemorySegment, int, boolean)}
   */
  public static int msync(MemorySegment range, int flags, boolean parks) {
    return (parks ? MSYNC_BLOCKING : MSYNC).callOn(range, flags);
  }

  /**
   * Faults a range in and locks it in memory.
   *
   * @param parks as of {@link #madvise(MemorySegment, int, boolean)}
   */
  public static int mlock(MemorySegment range, boolean parks) {
    return (parks ? MLOCK_BLOCKING : MLOCK).callOn(range, 0);
  }

  /**
   * Locks a range in memory, in the way that the flags select.
   *
   * @param parks as of {@link #madvise(MemorySegment, int, boolean)}
   */
  public static int mlock2(MemorySegment range, int flags, boolean parks) {
    return (parks ? MLOCK2_BLOCKING : MLOCK2).callOn(range, flags);
  }

  /** Unlocks a range, so that its pages may be reclaimed again. */
  public static int munlock(MemorySegment range) {
    return MUNLOCK.callOn(range, 0);
  }

  /** Writes a byte for each page to {@code vec}; its lowest bit is set if the page is resident. */
  public static int mincore(MemorySegment range, MemorySegment vec) {
    return MINCORE.call(range.address(), range.byteSize(), vec.address(), range, vec);
  }

  /**
   * Counts the resident pages of a range of at most {@link #COUNTABLE_PAGES}. It allocates nothing.
   *
   * @param pages a segment with the lifetime of the range
   * @param offset the first byte of the range, counted from the start of the segment; may be
   *     negative
   */
  public static int countResident(MemorySegment pages, long offset, long length, long page) {
    Scratch scratch = Scratch.get();
    int result = mincore(pages, offset, length, scratch);
    if (result < 0) {
      return result;
    }
    ByteBuffer vec = scratch.structure();
    int count = 0;
    for (int i = (int) Math.ceilDiv(length, page) - 1; i >= 0; i--) {
      count += vec.get(i) & 1;
    }
    return count;
  }

  /**
   * Finds the pages of a range of at most {@link #COUNTABLE_PAGES} that are not resident. The
   * parameters are those of {@link #countResident}.
   *
   * @param missing receives a bit for each page, which is set if the page is not resident
   * @return 0, or the negative errno
   */
  public static int findMissing(
      MemorySegment pages, long offset, long length, long page, long[] missing) {
    Scratch scratch = Scratch.get();
    int result = mincore(pages, offset, length, scratch);
    if (result == 0) {
      Arrays.fill(missing, 0);
      ByteBuffer vec = scratch.structure();
      for (int i = (int) Math.ceilDiv(length, page) - 1; i >= 0; i--) {
        missing[i / Long.SIZE] |= (~vec.get(i) & 1L) << i;
      }
    }
    return result;
  }

  private static int mincore(MemorySegment pages, long offset, long length, Scratch scratch) {
    long address = pages.address() + offset;
    long vec = scratch.structureAddress();
    return MINCORE.call(address, length, vec, 0, 0, 0, pages);
  }

  /** Returns whether the system has mincore. */
  public static boolean hasMincore() {
    return MINCORE.exists();
  }

  /** Returns whether a result is a negative errno and not an address, of which none is as high. */
  public static boolean isError(long address) {
    return address < 0 && address > -4096;
  }

  /**
   * Returns the new address, or the negative errno. The fifth argument is always passed, because
   * MREMAP_DONTUNMAP reads it.
   */
  public static long mremap(MemorySegment range, long newLength, int flags, MemorySegment newAddr) {
    return MREMAP.callForLong(
        range.address(), range.byteSize(), newLength, flags, newAddr.address(), 0, range, newAddr);
  }
}
