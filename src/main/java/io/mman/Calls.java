package io.mman;

import io.mman.events.Recorded;
import io.mman.libc.KernelCalls;
import io.mman.libc.MemoryCalls;
import io.mman.libc.ProcessCalls;
import io.mman.libc.Slices;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The system calls with typed arguments and explained failures: what {@link Mman} publishes and
 * what files and regions are built from. The file, where known, is for exceptions and recordings.
 */
final class Calls {
  private Calls() {}

  /** Returns the address of what is mapped. */
  static long mmap(
      MemorySegment addr,
      long length,
      Protection prot,
      Set<MapFlag> flags,
      int fd,
      long offset,
      @Nullable Path file) {
    int bits = MapFlag.bits(flags);
    ErrorPath.prepare();
    Recorded recorded = Recorded.begin(Recorded.Kind.MAP);
    long address = MemoryCalls.mmap(addr, length, prot.bits(), bits, fd, offset);
    if (isError(address)) {
      Failure failure = Failure.of("mmap", address);
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
          .because(Causes.mmap(error, addr.address(), length, prot, flags, fd, offset))
          .exception();
    }
    if (recorded != null) {
      recorded.end(address, length, prot + "|" + Words.of(flags), text(file));
    }
    return address;
  }

  static void munmap(MemorySegment range, @Nullable Path file) {
    Recorded recorded = Recorded.begin(Recorded.Kind.UNMAP);
    int result = MemoryCalls.munmap(range);
    if (result < 0) {
      Failure failure = Failure.of("munmap", result).range(range).about(file);
      throw failure.because(Causes.munmap(failure.error())).exception();
    }
    record(recorded, range, "", file);
  }

  static void mprotect(MemorySegment range, Protection prot, @Nullable Path file) {
    Recorded recorded = Recorded.begin(Recorded.Kind.PROTECT);
    int result = MemoryCalls.mprotect(range, prot.bits());
    if (result < 0) {
      Failure failure = Failure.of("mprotect", result).range(range).arg(prot).about(file);
      throw failure.because(Causes.mprotect(failure.error(), prot, range.byteSize())).exception();
    }
    record(recorded, range, prot.name(), file);
  }

  static void madvise(MemorySegment range, Advice advice, @Nullable Path file) {
    Recorded recorded = Recorded.begin(Recorded.Kind.ADVISE);
    int result = MemoryCalls.madvise(range, advice.number());
    if (result < 0) {
      Failure failure = Failure.of("madvise", result).range(range).arg(advice).about(file);
      throw failure.because(Causes.madvise(failure.error(), advice)).exception();
    }
    record(recorded, range, advice.name(), file);
  }

  static void msync(MemorySegment range, int flags, @Nullable Path file) {
    Recorded recorded = Recorded.begin(Recorded.Kind.SYNC);
    int result = MemoryCalls.msync(range, flags);
    if (result < 0) {
      Failure failure = Failure.of("msync", result).range(range).flags(SyncFlag.of(flags));
      failure.about(file);
      throw failure.because(Causes.msync(failure.error())).exception();
    }
    if (recorded != null) {
      record(recorded, range, Words.of(SyncFlag.of(flags)), file);
    }
  }

  static MemorySegment mremap(
      MemorySegment range, long newLength, Set<RemapFlag> flags, MemorySegment newAddr) {
    long address = MemoryCalls.mremap(range, newLength, RemapFlag.bits(flags), newAddr);
    if (isError(address)) {
      Failure failure = Failure.of("mremap", address).range(range);
      failure.arg("new_size", newLength).flags(flags);
      if (newAddr.address() != 0) {
        failure.address("new_address", newAddr.address());
      }
      long more = Math.max(0, newLength - range.byteSize());
      throw failure.because(Causes.mremap(failure.error(), flags, more)).exception();
    }
    return MemorySegment.ofAddress(address).reinterpret(newLength);
  }

  static void mlock(MemorySegment range, @Nullable Path file) {
    Recorded recorded = Recorded.begin(Recorded.Kind.LOCK);
    int result = MemoryCalls.mlock(range);
    if (result < 0) {
      Failure failure = Failure.of("mlock", result).range(range).about(file);
      throw failure.because(Causes.mlock(failure.error(), range.byteSize())).exception();
    }
    record(recorded, range, "", file);
  }

  /** Not one method with mlock: of two linked calls in one the compiler leaves an allocation. */
  static void mlock2(MemorySegment range, int flags, @Nullable Path file) {
    Recorded recorded = Recorded.begin(Recorded.Kind.LOCK);
    int result = MemoryCalls.mlock2(range, flags);
    if (result < 0) {
      Failure failure = Failure.of("mlock2", result).range(range).arg("ONFAULT").about(file);
      throw failure.because(Causes.mlock(failure.error(), range.byteSize())).exception();
    }
    record(recorded, range, "ONFAULT", file);
  }

  static void munlock(MemorySegment range, @Nullable Path file) {
    Recorded recorded = Recorded.begin(Recorded.Kind.LOCK);
    int result = MemoryCalls.munlock(range);
    if (result < 0) {
      Failure failure = Failure.of("munlock", result).range(range).about(file);
      throw failure.because(Causes.mlock(failure.error(), 0)).exception();
    }
    record(recorded, range, "UNLOCK", file);
  }

  static void mlockall(LockAllFlag[] flags) {
    int result = ProcessCalls.mlockall(LockAllFlag.bits(flags));
    if (result < 0) {
      Failure failure = Failure.of("mlockall", result).flags(flags);
      throw failure.because(Causes.mlockall(failure.error())).exception();
    }
  }

  static void munlockall() {
    int result = ProcessCalls.munlockall();
    if (result < 0) {
      throw Failure.of("munlockall", result).exception();
    }
  }

  static void mincore(MemorySegment range, MemorySegment vec, @Nullable Path file) {
    int result = MemoryCalls.mincore(range, vec);
    if (result < 0) {
      Failure failure = Failure.of("mincore", result).range(range).about(file);
      throw failure.because(Causes.mincore(failure.error())).exception();
    }
  }

  /** Counts the resident pages of a range that mincore answers on in one call. */
  static int countResident(
      MemorySegment pages, long offset, long length, long page, @Nullable Path file) {
    int result = MemoryCalls.countResident(pages, offset, length, page);
    if (result < 0) {
      Failure failure = Failure.of("mincore", result);
      failure.range(Slices.of(pages, offset, length)).about(file);
      throw failure.because(Causes.mincore(failure.error())).exception();
    }
    return result;
  }

  static void mseal(MemorySegment range) {
    int result = KernelCalls.mseal(range);
    if (result < 0) {
      Failure failure = Failure.of("mseal", result).range(range);
      throw failure.because(Causes.mseal(failure.error())).exception();
    }
  }

  private static void record(
      @Nullable Recorded recorded, MemorySegment range, String flags, @Nullable Path file) {
    if (recorded != null) {
      recorded.end(range.address(), range.byteSize(), flags, text(file));
    }
  }

  private static @Nullable String text(@Nullable Path file) {
    return file == null ? null : file.toString();
  }

  /** Tells an address from a negative errno: the kernel maps nothing into the last page. */
  private static boolean isError(long address) {
    return address < 0 && address > -4096;
  }
}
