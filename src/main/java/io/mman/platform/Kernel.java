package io.mman.platform;

/**
 * Numbers of Linux system calls that many C libraries do not wrap. Sources: asm-generic/unistd.h
 * and the syscall tables of each processor.
 */
public enum Kernel {
  /** Copies from the memory of a process, since Linux 3.2. */
  PROCESS_VM_READV(310, 270, 351, 340),
  /** Copies to the memory of a process, since Linux 3.2. */
  PROCESS_VM_WRITEV(311, 271, 352, 341),
  /** Page cache figures of a file, since Linux 6.5. */
  CACHESTAT(451, 451, 451, 451),
  /** Makes a mapping permanent, since Linux 6.10. */
  MSEAL(462, 462, 462, 462);

  private static final int ABSENT = -1;

  private final int number;

  Kernel(int x86, int generic, int power, int s390x) {
    this.number = select(Platform.current(), Arch.current(), x86, generic, power, s390x);
  }

  private static int select(
      Platform platform, Arch arch, int x86, int generic, int power, int s390x) {
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

  /** Tells whether the running platform has the call; the running kernel may still be too old. */
  public boolean isHere() {
    return number != ABSENT;
  }

  /**
   * Returns the number of the call.
   *
   * @throws UnsupportedOperationException if the running platform is not Linux
   */
  public int number() {
    if (number == ABSENT) {
      throw Platform.lacks(name().toLowerCase(java.util.Locale.ROOT) + "(2)");
    }
    return number;
  }
}
