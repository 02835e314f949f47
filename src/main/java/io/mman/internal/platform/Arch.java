package io.mman.internal.platform;

/** The 64-bit processors whose system call numbers and structure layouts are known. */
public enum Arch {
  X86_64,
  AARCH64,
  RISCV64,
  LOONGARCH64,
  PPC64,
  S390X,
  UNKNOWN;

  private static final Arch CURRENT = of(System.getProperty("os.arch", ""));

  /** Returns the processor that this JVM runs on. */
  public static Arch current() {
    return CURRENT;
  }

  /** Returns the processor with the given value of the system property {@code os.arch}. */
  static Arch of(String osArch) {
    return switch (osArch) {
      case "amd64", "x86_64" -> X86_64;
      case "aarch64" -> AARCH64;
      case "riscv64" -> RISCV64;
      case "loongarch64" -> LOONGARCH64;
      case "ppc64", "ppc64le" -> PPC64;
      case "s390x" -> S390X;
      default -> UNKNOWN;
    };
  }

  /** Returns whether this is one of the two processors that all known systems run on. */
  boolean isCommon() {
    return this == X86_64 || this == AARCH64;
  }

  /** Returns whether Linux uses the numbers of asm-generic/unistd.h on this processor. */
  boolean usesGenericNumbers() {
    return this == AARCH64 || this == RISCV64 || this == LOONGARCH64;
  }
}
