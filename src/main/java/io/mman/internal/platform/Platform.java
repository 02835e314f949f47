package io.mman.internal.platform;

/**
 * The platforms whose C numbers are known. Any other platform is {@link #UNKNOWN} and has no number
 * at all, because a guessed number could request a different operation from the kernel.
 */
public enum Platform {
  /** Linux with the generic numbers: x86_64, aarch64, riscv64, loongarch64. */
  LINUX("Linux"),
  /** Linux on s390x, where some advice of posix_fadvise(2) has numbers of its own. */
  LINUX_S390X("Linux"),
  /** Linux on ppc64 and ppc64le, which have some numbers of their own. */
  LINUX_POWER("Linux"),
  /** macOS on x86_64 and aarch64. */
  MACOS("macOS"),
  /** FreeBSD on its 64-bit processors. */
  FREEBSD("FreeBSD"),
  /** NetBSD on x86_64 and aarch64. */
  NETBSD("NetBSD"),
  /** OpenBSD on x86_64 and aarch64. */
  OPENBSD("OpenBSD"),
  /** A system or processor whose numbers are not known. */
  UNKNOWN(System.getProperty("os.name", "unknown"));

  private static final Platform CURRENT =
      of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));

  private final String system;

  Platform(String system) {
    this.system = system;
  }

  /** Returns the place of the platform in a table with a column for each. */
  @SuppressWarnings("EnumOrdinal") // UNKNOWN, which has no column, is the last constant
  int column() {
    return ordinal();
  }

  /** Returns the platform that this JVM runs on. */
  public static Platform current() {
    return CURRENT;
  }

  /** Returns the platform with the given values of {@code os.name} and {@code os.arch}. */
  static Platform of(String osName, String osArch) {
    Arch arch = Arch.of(osArch);
    if (arch == Arch.UNKNOWN) {
      return UNKNOWN;
    }
    return switch (osName) {
      case "Linux" -> arch == Arch.PPC64 ? LINUX_POWER : arch == Arch.S390X ? LINUX_S390X : LINUX;
      case "Mac OS X" -> arch.isCommon() ? MACOS : UNKNOWN;
      case "FreeBSD" -> arch == Arch.S390X || arch == Arch.LOONGARCH64 ? UNKNOWN : FREEBSD;
      case "NetBSD" -> arch.isCommon() ? NETBSD : UNKNOWN;
      case "OpenBSD" -> arch.isCommon() ? OPENBSD : UNKNOWN;
      default -> UNKNOWN;
    };
  }

  /** Returns whether this is Linux, on any processor. */
  public boolean isLinux() {
    return this == LINUX || this == LINUX_POWER || this == LINUX_S390X;
  }

  /** Returns whether this is FreeBSD, NetBSD or OpenBSD. */
  public boolean isBsd() {
    return this == FREEBSD || this == NETBSD || this == OPENBSD;
  }

  /** Returns the exception for something that the running platform lacks. */
  public static UnsupportedOperationException lacks(String what) {
    return new UnsupportedOperationException(what + " does not exist on " + describe());
  }

  /** Returns a description of the running platform, such as {@code Linux (x86_64)}. */
  public static String describe() {
    return CURRENT.system + " (" + System.getProperty("os.arch", "unknown") + ")";
  }
}
