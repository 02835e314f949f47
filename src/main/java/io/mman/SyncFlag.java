package io.mman;

import static io.mman.platform.Numbers.everywhere;
import static io.mman.platform.Numbers.linux;

import io.mman.platform.Numbers;
import java.util.EnumSet;
import java.util.Set;

/**
 * Flags of msync(2), named as in C without {@code MS_}. Their numbers differ on every system.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/msync.2.html">msync(2)</a>
 */
public enum SyncFlag {
  /** The write is left to the system; Linux does nothing at all then. */
  ASYNC(everywhere(1)),
  /** The call returns when the changes are written. */
  SYNC(linux(4).macos(0x10).freebsd(0)),
  /** Other mappings of the same file see the file's contents afresh. */
  INVALIDATE(everywhere(2));

  private final Numbers numbers;

  SyncFlag(Numbers numbers) {
    this.numbers = numbers;
  }

  /**
   * Tells whether the running platform has this flag.
   *
   * @return false where using it throws {@link UnsupportedOperationException}
   */
  public boolean isSupported() {
    return numbers.isHere();
  }

  /**
   * Returns the number here, or throws {@link UnsupportedOperationException} where there is none.
   */
  int bits() {
    return numbers.here("MS_", this);
  }

  /** Returns the number on every platform. */
  Numbers numbers() {
    return numbers;
  }

  /** Returns the bits of several flags together; those of {@link #SYNC} if none is given. */
  static int bits(SyncFlag... flags) {
    if (flags.length == 0) {
      return SYNC.bits();
    }
    int bits = 0;
    for (SyncFlag flag : flags) {
      bits |= flag.bits();
    }
    return bits;
  }

  /** Returns the flags whose bits are set; {@link #SYNC} may have none. */
  static Set<SyncFlag> of(int bits) {
    Set<SyncFlag> flags = EnumSet.noneOf(SyncFlag.class);
    for (SyncFlag flag : values()) {
      if ((bits & flag.bits()) != 0 || bits == flag.bits()) {
        flags.add(flag);
      }
    }
    return flags;
  }
}
