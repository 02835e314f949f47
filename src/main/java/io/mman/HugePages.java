package io.mman;

import io.mman.libc.FileCalls;
import io.mman.libc.FileStatus;
import io.mman.platform.Platform;
import io.mman.proc.Proc;
import java.util.OptionalLong;
import java.util.Set;

/** How large the huge pages of the running system are. */
final class HugePages {
  private static final long USUAL_BYTES = 2 << 20;

  /** No file system has such small blocks and huge pages. */
  private static final long ORDINARY_BLOCK = 4096;

  private HugePages() {}

  /** Returns the size of a transparent huge page in bytes. */
  static long transparentBytes() {
    OptionalLong bytes = Proc.number("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size");
    return bytes.orElse(USUAL_BYTES);
  }

  /** Returns the size of the explicit huge pages that flags ask for, or 0. */
  static long explicitBytes(Set<MapFlag> flags) {
    if (!flags.contains(MapFlag.HUGETLB)) {
      return 0;
    }
    for (MapFlag flag : flags) {
      if (flag.isHugeSize()) {
        return flag.hugePageBytes();
      }
    }
    return Proc.memoryBytes("Hugepagesize").orElse(USUAL_BYTES);
  }

  /** As {@link #ofFile(int, FileStatus)}; 0 also for what is no open file. */
  static long ofFile(int fd) {
    FileStatus status = new FileStatus();
    return fd >= 0 && FileCalls.fstat(fd, status) >= 0 ? ofFile(fd, status) : 0;
  }

  /** Returns the size of the explicit huge pages that a file consists of, or 0. */
  static long ofFile(int fd, FileStatus status) {
    boolean possible =
        status.isRegular() && status.blockSize() > ORDINARY_BLOCK && Platform.current().isLinux();
    return possible && FileCalls.isHugetlbfs(fd) ? status.blockSize() : 0;
  }
}
