package io.mman.internal.platform;

import java.util.Locale;

/**
 * The numbers of Linux system calls that many C libraries do not wrap. They are those of
 * asm-generic/unistd.h and of the syscall tables of each processor.
 */
public enum Kernel {
  /** Reads and changes what the process does about a signal. */
  RT_SIGACTION(13, 134, 173, 174),
  /** Waits for a word of memory to change, and wakes those who wait. */
  FUTEX(202, 98, 221, 238),
  /** Copies from the memory of a process (since Linux 3.2). */
  PROCESS_VM_READV(310, 270, 351, 340),
  /** Copies to the memory of a process (since Linux 3.2). */
  PROCESS_VM_WRITEV(311, 271, 352, 341),
  /** Renames a file without replacing another one (since Linux 3.15). */
  RENAMEAT2(316, 276, 357, 347),
  /** Returns a descriptor by which page faults are handled and stores tracked (since Linux 4.3). */
  USERFAULTFD(323, 282, 364, 355),
  /** Reads the status of a file in an extensible structure (since Linux 4.11). */
  STATX(332, 291, 383, 379),
  /** Returns a descriptor of a process (since Linux 5.3). */
  PIDFD_OPEN(434, 434, 434, 434),
  /** Duplicates a descriptor of another process (since Linux 5.6). */
  PIDFD_GETFD(438, 438, 438, 438),
  /** Gives advice on ranges of the memory of a process (since Linux 5.10). */
  PROCESS_MADVISE(440, 440, 440, 440),
  /** Counts the pages of a file in the page cache (since Linux 6.5). */
  CACHESTAT(451, 451, 451, 451),
  /** Seals a mapping, which makes it permanent (since Linux 6.10). */
  MSEAL(462, 462, 462, 462);

  private static final int ABSENT = -1;

  private final int x86;
  private final int generic;
  private final int power;
  private final int s390x;
  private final int here;

  Kernel(int x86, int generic, int power, int s390x) {
    this.x86 = x86;
    this.generic = generic;
    this.power = power;
    this.s390x = s390x;
    this.here = on(Platform.current(), Arch.current());
  }

  /** Returns the number on a platform and processor, or {@code -1} if it has none there. */
  int on(Platform platform, Arch arch) {
    if (!platform.isLinux()) {
      return ABSENT;
    }
    return switch (arch) {
      case X86_64 -> x86;
      case AARCH64, RISCV64, LOONGARCH64 -> generic;
      case PPC64 -> power;
      case S390X -> s390x;
      case UNKNOWN -> ABSENT;
    };
  }

  /** Returns whether the running platform has the call; its kernel may still be too old. */
  public boolean isHere() {
    return here != ABSENT;
  }

  /**
   * Returns the number on the running platform.
   *
   * @throws UnsupportedOperationException if the running platform is not Linux
   */
  public int number() {
    if (here == ABSENT) {
      throw Platform.lacks(name().toLowerCase(Locale.ROOT) + "(2)");
    }
    return here;
  }
}
