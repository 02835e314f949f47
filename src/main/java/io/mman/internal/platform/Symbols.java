package io.mman.internal.platform;

import org.jspecify.annotations.Nullable;

/**
 * The symbols under which the C library of NetBSD has its functions. When the shape of a function
 * changes there, the new one gets another symbol, which the headers choose ({@code __RENAME}); the
 * old symbol stays for old programs. Other systems use the names of C or versioned symbols.
 */
public final class Symbols {
  private Symbols() {}

  /**
   * Returns the symbol of a function, or null if the platform has a function of this name that
   * takes other arguments.
   */
  public static @Nullable String of(String function, Platform platform) {
    return platform == Platform.NETBSD ? onNetbsd(function) : function;
  }

  private static @Nullable String onNetbsd(String function) {
    return switch (function) {
      case "fstat" -> "__fstat50"; // since NetBSD 5; fstat has 32-bit time stamps and devices
      case "msync" -> "__msync13"; // since NetBSD 1.3; msync has no flags
      // void *mremap(void *oldp, size_t oldsize, void *newp, size_t newsize, int flags);
      case "mremap" -> null;
      default -> function;
    };
  }
}
