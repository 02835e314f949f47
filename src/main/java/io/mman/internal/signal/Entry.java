package io.mman.internal.signal;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * What a handler knows about one range of pages. It is never changed, only replaced by another
 * entry; then the old one is <em>dead</em>, and once its last user has left it no handler will act
 * on it any more.
 *
 * <pre>
 *    0 first address         8 address after the last page
 *   16 log2(page size)      24 offset of the first page in the file
 *   32 protection (int)     36 descriptor of the file (int)
 *   40 ledger               48 bit of the first page in the bitmap of the ledger
 *   56 address of the count of replaced pages
 *   64 users: handlers that act on the entry      72 whether the entry is dead
 * </pre>
 */
final class Entry {
  static final long BYTES = 128;

  private static final long START = 0;
  private static final long END = 8;
  private static final long SHIFT = 16;
  private static final long OFFSET = 24;
  private static final long PROTECTION = 32;
  private static final long DESCRIPTOR = 36;
  private static final long LEDGER = 40;
  private static final long FIRST_BIT = 48;
  private static final long COUNT = 56;
  private static final long USERS = 64;
  private static final long DEAD = 72;

  private static final int SPINS = 1000;
  private static final long PAUSE_NANOS = 20_000;

  private Entry() {}

  /** Fills in a block. */
  static void write(long entry, Part part, Origin origin, long count) {
    Memory.put(entry + START, part.start());
    Memory.put(entry + END, part.start() + (part.pages() << origin.shift()));
    Memory.put(entry + SHIFT, origin.shift());
    Memory.put(entry + OFFSET, part.offset());
    Memory.putInt(entry + PROTECTION, origin.protection());
    Memory.putInt(entry + DESCRIPTOR, origin.descriptor());
    Memory.put(entry + LEDGER, part.ledger().address());
    Memory.put(entry + FIRST_BIT, part.firstBit());
    Memory.put(entry + COUNT, count);
    Memory.put(entry + USERS, 0);
    Memory.put(entry + DEAD, 0);
  }

  static long end(long entry) {
    return Memory.get(entry + END);
  }

  /**
   * Waits until no handler acts on an entry that the table no longer has. A handler makes a few
   * system calls and waits for nothing, so this takes microseconds, if any time at all.
   */
  static void awaitUnused(long entry) {
    Memory.putVolatile(entry + DEAD, 1);
    VarHandle.fullFence();
    for (int i = 0; Memory.getVolatile(entry + USERS) != 0; i++) {
      if (i < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(PAUSE_NANOS); // a handler may wait for a slow file system
      }
    }
  }
}
