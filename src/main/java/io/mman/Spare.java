package io.mman;

import io.mman.libc.MemoryCalls;
import io.mman.libc.ProcessCalls;
import io.mman.platform.Platform;
import java.lang.foreign.MemorySegment;

/**
 * Areas of memory that a process with many regions keeps, to give them up when {@code
 * vm.max_map_count} is reached: the JVM aborts where it cannot map what it needs to compile and to
 * load classes, and telling of the failure makes it do so. Few regions never get that far, so a
 * small program pays nothing.
 */
final class Spare {
  /** Regions that live before it is worth the calls. */
  static final long MANY = 1000;

  /** Every other page has another protection: one area each, whatever the neighbours are. */
  private static final int AREAS = 64;

  private static volatile boolean kept;
  private static volatile int givenUp;
  private static long address;
  private static long page;

  private Spare() {}

  /** Tells whether areas are kept, or need not be as the system does not count them. */
  static boolean isKept() {
    return kept || !Platform.current().isLinux();
  }

  /** Keeps areas from now on; if they cannot be had, the next region tries again. */
  static synchronized void keep() {
    if (isKept()) {
      return;
    }
    page = ProcessCalls.getpagesize();
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
    givenUp = 0;
    kept = true;
  }

  /** A call has failed: if areas have run out, there are some from now on. */
  static void giveUp() {
    if (kept) {
      unmap();
    }
  }

  private static synchronized void unmap() {
    if (kept && MemoryCalls.munmap(pages(0, AREAS)) == 0) {
      kept = false;
      givenUp = AREAS;
    }
  }

  /** Returns how many areas the failure found in use that have been given up since. */
  static int givenUp() {
    return givenUp;
  }

  private static MemorySegment pages(int first, int count) {
    return MemorySegment.ofAddress(address + first * page).reinterpret(count * page);
  }
}
