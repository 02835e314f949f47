package io.mman.internal.error;

import io.mman.Errno;
import io.mman.MapFlag;
import io.mman.Protection;
import io.mman.internal.libc.MemoryCalls;
import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.platform.Platform;
import io.mman.internal.proc.Proc;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/**
 * Keeps a reserve of memory areas in a process that has made many calls, and unmaps it when {@code
 * vm.max_map_count} is reached. To report the failure the JVM has to compile code and load classes,
 * and HotSpot aborts if it cannot map memory for that. A program with few calls never gets near the
 * limit and keeps no reserve.
 *
 * <p>Once the limit has been reached, a smaller reserve is kept during each call only, so that
 * between two calls the JVM has areas for itself. This ends when enough areas are free.
 */
public final class MapCountReserve {
  /** The number of areas that calls may have created, after which the reserve is kept. */
  private static final int CALLS_BEFORE_RESERVE = 1000;

  /** The number of such areas after which the classes needed to report a failure are loaded. */
  static final int CALLS_BEFORE_PRELOAD = 500;

  /** The size of the reserve, and how many areas must be free besides it. */
  private static final int AREAS = 128;

  /** The size of the reserve near the limit, which leaves most of the first one to the JVM. */
  private static final int AREAS_NEAR_LIMIT = 32;

  /** Near the limit, the number of calls after which it is tried whether enough areas are free. */
  private static final int CALLS_BETWEEN_PROBES = 64;

  /** Whether nothing is to be done before a call. */
  private static boolean settled = !Platform.current().isLinux(); // others have no such limit

  /**
   * The calls until the next preparation, to which unmapped regions are added. If threads count at
   * once, a count may be lost.
   */
  private static int callsLeft = 1;

  private static boolean hasBegun;

  private static boolean isPrepared;

  private static volatile boolean nearLimit;
  private static volatile boolean kept;
  private static volatile int released;
  private static int areas;

  /**
   * The calls in flight that rely on the reserve. A failure resets it, as calls that throw do not
   * leave.
   */
  private static int calls;

  private static int callsUntilProbe;
  private static long address;

  private MapCountReserve() {}

  /**
   * Counts a call that may create areas, and returns whether {@link #enter} has to be called before
   * it, and {@link #leave} after it if it succeeds. Nothing is written once the reserve is kept.
   */
  public static boolean isDue() {
    return !settled && (nearLimit || (--callsLeft <= 0 && isReached()));
  }

  private static boolean isReached() {
    if (isPrepared) {
      return true;
    }
    if (!hasBegun) {
      hasBegun = true;
      callsLeft = ErrorPreload.MANY_REGIONS - 1;
      ErrorPreload.prepareInFolder();
      return false;
    }
    isPrepared = true;
    callsLeft = CALLS_BEFORE_RESERVE - CALLS_BEFORE_PRELOAD;
    ErrorPreload.prepare();
    ErrorPreload.prepareForMore();
    return false;
  }

  /**
   * Counts a region as unmapped: the call that has mapped it, and the one that is about to unmap
   * it, leave no area. A program that maps and unmaps one file after the other thus prepares for
   * nothing.
   */
  public static void forgetRegion() {
    if (!settled && callsLeft < CALLS_BEFORE_PRELOAD) {
      callsLeft += 2;
    }
  }

  /** Returns whether no reserve has been kept yet. */
  public static boolean isFirst() {
    return !nearLimit;
  }

  /** Keeps no reserve from now on, because of a failure to prepare it. */
  public static void giveUp() {
    settled = true;
  }

  /** Maps the reserve before a call. Near the limit it may have fewer areas, or none. */
  public static synchronized void enter() {
    calls++;
    if (!kept) {
      nearLimit = true;
      released = 0;
      take(AREAS_NEAR_LIMIT);
    }
  }

  /**
   * Ends a call that has succeeded.
   *
   * @param entered whether {@link #enter} was called before it
   */
  public static void leave(boolean entered) {
    if (entered) {
      leave();
    }
  }

  /** Unmaps the reserve after a call that has succeeded, unless enough areas are free besides. */
  private static synchronized void leave() {
    calls = Math.max(0, calls - 1);
    if (nearLimit && calls == 0 && kept) {
      unmap();
      if (--callsUntilProbe <= 0) {
        callsUntilProbe = CALLS_BETWEEN_PROBES;
        probe();
      }
    }
  }

  private static void probe() {
    take(2 * AREAS);
    if (areas == 2 * AREAS && MemoryCalls.munmap(pages(AREAS, AREAS)) == 0) {
      areas = AREAS;
      nearLimit = false;
      settled = true;
    } else {
      unmap();
    }
  }

  /**
   * Unmaps the reserve if a call has failed for lack of memory, so that the failure can be
   * reported. Near the limit any failure does so, because it ends the call that the reserve is kept
   * for.
   *
   * @param result the negative errno: ENOMEM, for which madvise(2) returns EAGAIN
   */
  public static void releaseOn(long result) {
    if (kept
        && (nearLimit || result == -Errno.ENOMEM.number() || result == -Errno.EAGAIN.number())) {
      release();
    }
  }

  private static synchronized void release() {
    if (kept) {
      int before = areas;
      calls = 0;
      unmap();
      released = kept ? 0 : before;
      callsUntilProbe = 0; // another limit may have been reached, or the range was not mapped
      nearLimit = true;
      settled = false;
    }
  }

  /**
   * Keeps the reserve again, after a failure has been reported, if far fewer areas are in use than
   * the limit allows: the failure then had another reason.
   */
  public static void restore() {
    if (!nearLimit || kept) {
      return;
    }
    OptionalLong limit = Proc.maxMapCount();
    OptionalLong now = Proc.mapCount();
    if (limit.isPresent() && now.isPresent() && now.getAsLong() + 3 * AREAS < limit.getAsLong()) {
      restoreNow();
    }
  }

  private static synchronized void restoreNow() {
    if (!kept) {
      probe();
    }
  }

  /** Returns the number of areas of the reserve that were in use when the call failed. */
  public static int released() {
    return released;
  }

  /**
   * Maps areas, as many as are allowed. Adjacent pages differ in protection, so that each page is
   * an area. Shared memory never becomes one area with a neighbour, which could not be split again
   * at the limit.
   */
  private static void take(int wanted) {
    long page = ProcessCalls.pageSize();
    int flags = MapFlag.SHARED.bits() | MapFlag.ANONYMOUS.bits() | MapFlag.NORESERVE.bits();
    int none = Protection.NONE.bits();
    areas = 0;
    long mapped = MemoryCalls.mmap(MemorySegment.NULL, wanted * page, none, flags, -1, 0);
    if (mapped < 0) {
      return;
    }
    address = mapped;
    areas = wanted;
    kept = true;
    for (int i = 1; i < wanted; i += 2) {
      if (MemoryCalls.mprotect(pages(i, 1), Protection.READ.bits()) != 0) {
        if (MemoryCalls.munmap(pages(i, wanted - i)) == 0) {
          areas = i;
        }
        return;
      }
    }
  }

  private static void unmap() {
    if (kept && MemoryCalls.munmap(pages(0, areas)) == 0) {
      kept = false; // the pages may belong to something else from now on
    }
  }

  private static MemorySegment pages(int first, int count) {
    long page = ProcessCalls.pageSize();
    return MemorySegment.ofAddress(address + first * page).reinterpret(count * page);
  }
}
