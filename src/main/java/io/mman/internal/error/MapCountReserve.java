package io.mman.internal.error;

import io.mman.Errno;
import io.mman.MapFlag;
import io.mman.Protection;
import io.mman.internal.libc.MemoryCalls;
import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.platform.Platform;
import java.lang.foreign.MemorySegment;

/**
 * Keeps a reserve of memory areas in a process with many regions, and unmaps it when {@code
 * vm.max_map_count} is reached. To report the failure the JVM has to compile code and load classes,
 * and HotSpot aborts if it cannot map memory for that. A program with few regions never gets near
 * the limit and keeps no reserve.
 */
public final class MapCountReserve {
  /** The number of live regions from which the reserve is kept. */
  public static final long MANY = 1000;

  /** The number of areas. Adjacent pages differ in protection, so that each page is an area. */
  private static final int AREAS = 64;

  private static volatile boolean kept;
  private static volatile int released;
  private static long address;
  private static long page;

  private MapCountReserve() {}

  /** Returns whether the reserve is kept, or not needed because the system has no such limit. */
  public static boolean isKept() {
    return kept || !Platform.current().isLinux();
  }

  /** Maps the reserve. If that fails, the next region tries again. */
  public static synchronized void keep() {
    if (isKept()) {
      return;
    }
    page = ProcessCalls.pageSize();
    int flags = MapFlag.PRIVATE.bits() | MapFlag.ANONYMOUS.bits() | MapFlag.NORESERVE.bits();
    int none = Protection.NONE.bits();
    long mapped = MemoryCalls.mmap(MemorySegment.NULL, AREAS * page, none, flags, -1, 0);
    if (mapped < 0) {
      return;
    }
    address = mapped;
    boolean more = true;
    for (int i = 1; i < AREAS && more; i += 2) {
      more = MemoryCalls.mprotect(pages(i, 1), Protection.READ.bits()) == 0;
    }
    released = 0;
    kept = true;
  }

  /**
   * Unmaps the reserve if a call has failed for lack of memory, so that the failure can be
   * reported.
   *
   * @param result the negative errno: ENOMEM, for which madvise(2) returns EAGAIN
   */
  public static void releaseOn(long result) {
    if (kept && (result == -Errno.ENOMEM.number() || result == -Errno.EAGAIN.number())) {
      unmap();
    }
  }

  private static synchronized void unmap() {
    if (kept && MemoryCalls.munmap(pages(0, AREAS)) == 0) {
      kept = false;
      released = AREAS;
    }
  }

  /** Returns the number of areas of the reserve that were in use when the call failed. */
  public static int released() {
    return released;
  }

  private static MemorySegment pages(int first, int count) {
    return MemorySegment.ofAddress(address + first * page).reinterpret(count * page);
  }
}
