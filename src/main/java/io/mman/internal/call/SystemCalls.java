package io.mman.internal.call;

import io.mman.Advice;
import io.mman.Errno;
import io.mman.LockAllFlag;
import io.mman.MapFlag;
import io.mman.Protection;
import io.mman.RemapFlag;
import io.mman.internal.error.Failure;
import io.mman.internal.error.FlagNames;
import io.mman.internal.error.MapCountReserve;
import io.mman.internal.error.MemoryErrors;
import io.mman.internal.jfr.Recorded;
import io.mman.internal.libc.KernelCalls;
import io.mman.internal.libc.MemoryCalls;
import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.libc.Slices;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * System calls on memory with typed arguments, whose exceptions explain the failure. {@link
 * io.mman.Mman} and the regions use them. The path of the file, if it is known, serves for
 * exceptions and events only. The argument {@code parks} says whether a virtual thread parks during
 * the call, as the regions want it, or blocks its carrier.
 */
public final class SystemCalls {
  private SystemCalls() {}

  /** Maps memory for {@link io.mman.Mman}, and returns it as a segment in the global scope. */
  public static MemorySegment mmapSegment(
      MemorySegment addr, long length, Protection prot, Set<MapFlag> flags, int fd, long offset) {
    requireLength(length);
    long address = mmap(addr, length, prot, flags, fd, offset, null);
    return MemorySegment.ofAddress(address).reinterpret(length);
  }

  /** Maps memory, and returns its address. */
  public static long mmap(
      MemorySegment addr,
      long length,
      Protection prot,
      Set<MapFlag> flags,
      int fd,
      long offset,
      @Nullable Path file) {
    int bits = FlagBits.map(flags);
    boolean nearLimit = enter();
    Recorded recorded = Recorded.begin(Recorded.Kind.MAP);
    long address = MemoryCalls.mmap(addr, length, prot.bits(), bits, fd, offset);
    if (MemoryCalls.isError(address)) {
      Failure failure = failure("mmap", address);
      if (addr.address() != 0) {
        failure.address("addr", addr.address());
      }
      failure.arg("length", length).arg(prot).flags(flags);
      if (file == null) {
        failure.arg("fd", fd);
      }
      failure.file(file).arg("offset", offset);
      Errno error = failure.error();
      throw failure
          .because(MemoryErrors.mmap(error, addr.address(), length, prot, flags, fd, offset))
          .exception();
    }
    MapCountReserve.leave(nearLimit);
    if (recorded != null) {
      recorded.end(address, length, prot + "|" + FlagNames.of(flags), text(file));
    }
    return address;
  }

  /** Unmaps a range for {@link io.mman.Mman}, whose arena stays open during the call. */
  public static void munmapSegment(MemorySegment range) {
    munmap(range.address(), range.byteSize(), range, null);
  }

  /** Unmaps a range over which no segment is open. It allocates nothing. */
  public static void munmap(long address, long length, @Nullable Path file) {
    munmap(address, length, MemorySegment.NULL, file);
  }

  private static void munmap(long address, long length, MemorySegment held, @Nullable Path file) {
    boolean nearLimit = enter();
    Recorded recorded = Recorded.begin(Recorded.Kind.UNMAP);
    int result = MemoryCalls.munmap(address, length, held);
    if (result < 0) {
      Failure failure = failure("munmap", result).address("address", address);
      failure.arg("length", length).about(file);
      throw failure.because(MemoryErrors.munmap(failure.error())).exception();
    }
    MapCountReserve.leave(nearLimit);
    if (recorded != null) {
      recorded.end(address, length, "", text(file));
    }
  }

  public static void mprotect(MemorySegment range, Protection prot, @Nullable Path file) {
    boolean nearLimit = enter();
    Recorded recorded = Recorded.begin(Recorded.Kind.PROTECT);
    int result = MemoryCalls.mprotect(range, prot.bits());
    if (result < 0) {
      Failure failure = failure("mprotect", result).range(range).arg(prot).about(file);
      throw failure.because(MemoryErrors.mprotect(failure.error(), prot, range)).exception();
    }
    MapCountReserve.leave(nearLimit);
    record(recorded, range, prot.name(), file);
  }

  public static void madvise(
      MemorySegment range, Advice advice, @Nullable Path file, boolean parks) {
    boolean nearLimit = enter();
    Recorded recorded = Recorded.begin(Recorded.Kind.ADVISE);
    int result = MemoryCalls.madvise(range, advice.number(), parks);
    if (result < 0) {
      Failure failure = failure("madvise", result).range(range).arg(advice).about(file);
      throw failure.because(MemoryErrors.madvise(failure.error(), advice, range)).exception();
    }
    MapCountReserve.leave(nearLimit);
    record(recorded, range, advice.name(), file);
  }

  public static void msync(MemorySegment range, int flags, @Nullable Path file, boolean parks) {
    Recorded recorded = Recorded.begin(Recorded.Kind.SYNC);
    int result = MemoryCalls.msync(range, flags, parks);
    if (result < 0) {
      Failure failure = failure("msync", result).range(range).flags(FlagBits.syncFlags(flags));
      failure.about(file);
      throw failure.because(MemoryErrors.msync(failure.error())).exception();
    }
    if (recorded != null) {
      record(recorded, range, FlagNames.of(FlagBits.syncFlags(flags)), file);
    }
  }

  public static MemorySegment mremap(
      MemorySegment range, long newLength, Set<RemapFlag> flags, MemorySegment newAddr) {
    boolean nearLimit = enter();
    long address = MemoryCalls.mremap(range, newLength, FlagBits.remap(flags), newAddr);
    if (MemoryCalls.isError(address)) {
      Failure failure = failure("mremap", address).range(range);
      failure.arg("new_size", newLength).flags(flags);
      if (newAddr.address() != 0) {
        failure.address("new_address", newAddr.address());
      }
      long more = Math.max(0, newLength - range.byteSize());
      throw failure.because(MemoryErrors.mremap(failure.error(), flags, more)).exception();
    }
    MapCountReserve.leave(nearLimit);
    return MemorySegment.ofAddress(address).reinterpret(newLength);
  }

  /** Calls mremap and records an event, for {@link io.mman.Mman}. A region records its own. */
  public static MemorySegment mremapRecorded(
      MemorySegment range, long newLength, Set<RemapFlag> flags, MemorySegment newAddr) {
    requireLength(newLength);
    Recorded recorded = Recorded.begin(Recorded.Kind.RESIZE);
    MemorySegment resized = mremap(range, newLength, flags, newAddr);
    if (recorded != null) {
      recorded.end(resized.address(), newLength, FlagNames.of(flags), null);
    }
    return resized;
  }

  public static void mlock(MemorySegment range, @Nullable Path file, boolean parks) {
    boolean nearLimit = enter();
    Recorded recorded = Recorded.begin(Recorded.Kind.LOCK);
    int result = MemoryCalls.mlock(range, parks);
    if (result < 0) {
      Failure failure = failure("mlock", result).range(range).about(file);
      throw failure.because(MemoryErrors.mlock(failure.error(), range.byteSize())).exception();
    }
    MapCountReserve.leave(nearLimit);
    record(recorded, range, "", file);
  }

  /** Calls mlock(2) without flags, and mlock2(2) with flags. */
  public static void mlock(MemorySegment range, int flags, @Nullable Path file, boolean parks) {
    if (flags == 0) {
      mlock(range, file, parks);
    } else {
      mlock2(range, flags, file, parks);
    }
  }

  /** Is separate from mlock, because C2 eliminates no allocation in a method with both calls. */
  public static void mlock2(MemorySegment range, int flags, @Nullable Path file, boolean parks) {
    boolean nearLimit = enter();
    Recorded recorded = Recorded.begin(Recorded.Kind.LOCK);
    int result = MemoryCalls.mlock2(range, flags, parks);
    if (result < 0) {
      Failure failure = failure("mlock2", result).range(range).arg("ONFAULT").about(file);
      throw failure.because(MemoryErrors.mlock(failure.error(), range.byteSize())).exception();
    }
    MapCountReserve.leave(nearLimit);
    record(recorded, range, "ONFAULT", file);
  }

  public static void munlock(MemorySegment range, @Nullable Path file) {
    boolean nearLimit = enter();
    Recorded recorded = Recorded.begin(Recorded.Kind.LOCK);
    int result = MemoryCalls.munlock(range);
    if (result < 0) {
      Failure failure = failure("munlock", result).range(range).about(file);
      throw failure.because(MemoryErrors.mlock(failure.error(), 0)).exception();
    }
    MapCountReserve.leave(nearLimit);
    record(recorded, range, "UNLOCK", file);
  }

  public static void mlockall(LockAllFlag[] flags) {
    int result = ProcessCalls.mlockall(FlagBits.lockAll(flags));
    if (result < 0) {
      Failure failure = failure("mlockall", result).flags(flags);
      throw failure.because(MemoryErrors.mlockall(failure.error())).exception();
    }
  }

  public static void munlockall() {
    int result = ProcessCalls.munlockall();
    if (result < 0) {
      throw failure("munlockall", result).exception();
    }
  }

  /** Calls mincore after checking that {@code vec} is writable and large enough. */
  public static void mincoreChecked(MemorySegment range, MemorySegment vec) {
    if (vec.isReadOnly()) {
      throw new IllegalArgumentException("vec is read-only");
    }
    long pages = Math.ceilDiv(range.byteSize(), ProcessCalls.pageSize());
    if (vec.byteSize() < pages) {
      throw new IllegalArgumentException(
          "vec has " + vec.byteSize() + " bytes, but the range has " + pages + " pages");
    }
    mincore(range, vec, null);
  }

  public static void mincore(MemorySegment range, MemorySegment vec, @Nullable Path file) {
    int result = MemoryCalls.mincore(range, vec);
    if (result < 0) {
      Failure failure = failure("mincore", result).range(range).about(file);
      throw failure.because(MemoryErrors.mincore(failure.error())).exception();
    }
  }

  /** Counts the resident pages of a range that is small enough for one call of mincore(2). */
  public static int countResident(
      MemorySegment pages, long offset, long length, long page, @Nullable Path file) {
    int result = MemoryCalls.countResident(pages, offset, length, page);
    if (result < 0) {
      Failure failure = failure("mincore", result);
      failure.range(Slices.of(pages, offset, length)).about(file);
      throw failure.because(MemoryErrors.mincore(failure.error())).exception();
    }
    return result;
  }

  public static void mseal(MemorySegment range) {
    boolean nearLimit = enter();
    int result = KernelCalls.mseal(range);
    if (result < 0) {
      Failure failure = failure("mseal", result).range(range);
      throw failure.because(MemoryErrors.mseal(failure.error())).exception();
    }
    MapCountReserve.leave(nearLimit);
  }

  private static void requireLength(long length) {
    if (length < 0) {
      throw new IllegalArgumentException("length is negative: " + length);
    }
  }

  private static void record(
      @Nullable Recorded recorded, MemorySegment range, String flags, @Nullable Path file) {
    if (recorded != null) {
      recorded.end(range.address(), range.byteSize(), flags, text(file));
    }
  }

  /** Prepares a call that may create areas. The result is for {@link MapCountReserve#leave}. */
  static boolean enter() {
    return MapCountReserve.isDue() && keepReserve();
  }

  private static boolean keepReserve() {
    try {
      if (MapCountReserve.isFirst()) {
        LimitRehearsal.run();
      }
      MapCountReserve.enter();
      return true;
    } catch (LinkageError | RuntimeException e) {
      MapCountReserve.giveUp(); // a class could not be loaded; the call itself may still succeed
      return false;
    }
  }

  /** Starts a message, after unmapping the reserve of areas that the report itself may need. */
  private static Failure failure(String call, long result) {
    MapCountReserve.releaseOn(result);
    return Failure.of(call, result);
  }

  private static @Nullable String text(@Nullable Path file) {
    return file == null ? null : file.toString();
  }
}
