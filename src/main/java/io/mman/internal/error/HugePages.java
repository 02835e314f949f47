package io.mman.internal.error;

import io.mman.MapFlag;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.platform.Platform;
import io.mman.internal.proc.Proc;
import java.util.OptionalLong;
import java.util.Set;

/** The sizes of huge pages, transparent and explicit, on the running system. */
public final class HugePages {
  /** The lowest bit of the logarithm of a huge page's size in the flags of mmap(2). */
  private static final int SIZE_SHIFT = 26;

  /** The largest block size with which a file cannot consist of explicit huge pages. */
  private static final long ORDINARY_BLOCK = 4096;

  private HugePages() {}

  /** Returns the size of a transparent huge page in bytes. */
  public static long transparentBytes() {
    OptionalLong bytes = Proc.number("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size");
    return bytes.orElse(Proc.USUAL_HUGE_PAGE);
  }

  /** Returns whether a flag chooses the size of explicit huge pages. */
  public static boolean isSize(MapFlag flag) {
    return flag.compareTo(MapFlag.HUGE_16KB) >= 0 && flag.compareTo(MapFlag.HUGE_16GB) <= 0;
  }

  private static boolean hasSize(Set<MapFlag> flags) {
    for (MapFlag flag : flags) {
      if (isSize(flag)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the size in bytes of the explicit huge pages that flags request, or 0. */
  public static long explicitBytes(Set<MapFlag> flags) {
    if (!flags.contains(MapFlag.HUGETLB)) {
      return 0;
    }
    for (MapFlag flag : flags) {
      if (isSize(flag)) {
        return 1L << (flag.bits() >>> SIZE_SHIFT);
      }
    }
    return Proc.defaultHugePageBytes();
  }

  /**
   * Returns the same for pages that are about to be mapped, of which no size may be assumed.
   *
   * @throws UnsupportedOperationException if the default size is requested and not known
   */
  public static long requireExplicitBytes(Set<MapFlag> flags) {
    long bytes = explicitBytes(flags);
    if (bytes > 0 && !hasSize(flags) && Proc.memoryBytes("MemTotal").isEmpty()) {
      throw new UnsupportedOperationException(
          "the default size of explicit huge pages is not known, because /proc/meminfo cannot be"
              + " read: request a size, such as HUGE_2MB");
    }
    return bytes;
  }

  /**
   * Returns the size of the explicit huge pages that an open file consists of, or 0 if it has
   * ordinary pages or the descriptor is not open.
   */
  public static long ofFile(int fd) {
    FileStatus status = new FileStatus();
    return fd >= 0 && FileCalls.fstat(fd, status) >= 0 ? ofFile(fd, status) : 0;
  }

  /** Returns the size of the explicit huge pages that an open file consists of, or 0. */
  public static long ofFile(int fd, FileStatus status) {
    boolean possible =
        status.isRegular() && status.blockSize() > ORDINARY_BLOCK && Platform.current().isLinux();
    return possible && FileCalls.isHugetlbfs(fd) ? status.blockSize() : 0;
  }
}
