package io.mman.internal.call;

import io.mman.MapFlag;
import io.mman.Protection;
import io.mman.internal.error.Failure;
import io.mman.internal.error.MapCountReserve;
import io.mman.internal.error.MemoryErrors;
import io.mman.internal.libc.MemoryCalls;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/** The addresses that the process may still map memory at. */
public final class AddressSpace {
  private AddressSpace() {}

  /**
   * Refuses a private mapping that the system would refuse, before a file gets a size that could
   * not be mapped any more. What it maps to find out is unmapped again.
   *
   * @param bytes the size of the mapping; nothing is done for 0
   * @param file for the exception only
   */
  public static void requireRoom(long bytes, Path file) {
    if (bytes == 0) {
      return;
    }
    Protection access = Protection.READ_WRITE; // so that it counts for RLIMIT_DATA, too
    Set<MapFlag> flags = EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, MapFlag.NORESERVE);
    long address =
        MemoryCalls.mmap(MemorySegment.NULL, bytes, access.bits(), FlagBits.map(flags), -1, 0);
    if (MemoryCalls.isError(address)) {
      MapCountReserve.releaseOn(address);
      Failure failure = Failure.of("mmap", address).arg("length", bytes).arg(access).flags(flags);
      String reason = MemoryErrors.mmap(failure.error(), 0, bytes, access, flags, -1, 0);
      throw failure.file(file).because(reason).exception();
    }
    unmap(address, bytes);
  }

  /** Unmaps memory which may have become a part of a larger area, so that this needs one more. */
  private static void unmap(long address, long bytes) {
    int result = MemoryCalls.munmap(address, bytes, MemorySegment.NULL);
    if (MemoryCalls.isError(result)) {
      MapCountReserve.releaseOn(result);
      MemoryCalls.munmap(address, bytes, MemorySegment.NULL);
    }
  }
}
