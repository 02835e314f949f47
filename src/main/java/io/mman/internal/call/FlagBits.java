package io.mman.internal.call;

import io.mman.LockAllFlag;
import io.mman.LockFlag;
import io.mman.MapFlag;
import io.mman.RemapFlag;
import io.mman.SyncFlag;
import io.mman.internal.error.HugePages;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Combines flags into the bits of C. The methods with an array allocate nothing. */
public final class FlagBits {
  private FlagBits() {}

  /**
   * Returns the bits of flags of mmap(2).
   *
   * @throws IllegalArgumentException if two flags exclude each other, because their combined bits
   *     would be those of a third flag
   */
  public static int map(Set<MapFlag> flags) {
    int bits = 0;
    @Nullable MapFlag sharing = null;
    @Nullable MapFlag hugeSize = null;
    for (MapFlag flag : flags) {
      bits |= flag.bits();
      if (isSharing(flag)) {
        sharing = onlyOne(sharing, flag);
      } else if (HugePages.isSize(flag)) {
        hugeSize = onlyOne(hugeSize, flag);
      }
    }
    return bits;
  }

  private static boolean isSharing(MapFlag flag) {
    return flag == MapFlag.SHARED
        || flag == MapFlag.PRIVATE
        || flag == MapFlag.SHARED_VALIDATE
        || flag == MapFlag.DROPPABLE;
  }

  private static MapFlag onlyOne(@Nullable MapFlag earlier, MapFlag flag) {
    if (earlier != null) {
      throw new IllegalArgumentException(earlier + " and " + flag + " exclude each other");
    }
    return flag;
  }

  /** Returns the bits of flags of mremap(2). */
  static int remap(Set<RemapFlag> flags) {
    int bits = 0;
    for (RemapFlag flag : flags) {
      bits |= flag.bits();
    }
    return bits;
  }

  /** Returns the bits of flags of msync(2), or those of {@code SYNC} if there are none. */
  public static int sync(SyncFlag... flags) {
    if (flags.length == 0) {
      return SyncFlag.SYNC.bits();
    }
    int bits = 0;
    for (SyncFlag flag : flags) {
      bits |= flag.bits();
    }
    return bits;
  }

  /** Returns the flags of msync(2) that are set. {@code SYNC} is 0 on some systems. */
  static Set<SyncFlag> syncFlags(int bits) {
    Set<SyncFlag> flags = EnumSet.noneOf(SyncFlag.class);
    for (SyncFlag flag : SyncFlag.values()) {
      if ((bits & flag.bits()) != 0 || bits == flag.bits()) {
        flags.add(flag);
      }
    }
    return flags;
  }

  /** Returns the bits of flags of mlock2(2). */
  public static int lock(LockFlag... flags) {
    int bits = 0;
    for (LockFlag flag : flags) {
      bits |= flag.bits();
    }
    return bits;
  }

  /** Returns the bits of flags of mlockall(2). */
  static int lockAll(LockAllFlag... flags) {
    int bits = 0;
    for (LockAllFlag flag : flags) {
      bits |= flag.bits();
    }
    return bits;
  }
}
