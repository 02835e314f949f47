package io.mman.internal.signal;

import io.mman.internal.platform.Arch;
import io.mman.internal.platform.Platform;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The machine code of the signal handler. It is position-independent and has two parameters at its
 * start, which are filled in before the code becomes executable.
 *
 * <p>It calls neither Java nor the C library, takes no lock, and never waits for a thread that runs
 * Java, because that thread may be stopped at a safepoint that waits for this one. For {@code
 * BUS_ADRERR} at an address inside a registered range it
 *
 * <ol>
 *   <li>counts itself among the handlers in flight ({@link BlockPool}) and looks the entry up
 *       ({@link RangeTable}), then counts itself among the users of the entry ({@link Entry}),
 *       unless that is dead by now;
 *   <li>returns if the page is marked as replaced, because another thread is about to replace it;
 *       then the access faults again, or succeeds;
 *   <li>asks fstat(2) for the length of the file. The pages to replace are this one, or, if it is
 *       after the end of a regular file, all from that end to the end of the range;
 *   <li>marks those in the bitmap that are not marked yet, run by run, adds the length of the run
 *       to the count, and only then maps zeros over it, so that nobody finds zeros and the old
 *       count.
 * </ol>
 *
 * <p>If it cannot map them it takes the marks and the count back. In this and every other case it
 * jumps to the previous handler.
 */
final class HandlerCode {
  /** The offset of the address of the context of the table. */
  static final int CONTEXT = 0;

  /** The offset of the address of a word with the address of the previous handler. */
  static final int PREVIOUS = 8;

  /** The offset of the handler. */
  static final int HANDLER = 16;

  /** The offset of {@code entry *find(void *address)}, for a test. */
  static final int FIND = 24;

  /** The offset of {@code int restore(struct arguments *)}. */
  static final int RESTORE = 32;

  /** The offset of the return from a signal, which only x86_64 needs. */
  static final int RESTORER = 40;

  private HandlerCode() {}

  /** Returns the machine code for the running platform, or null if there is none. */
  static byte @Nullable [] bytes() {
    return Platform.current().isLinux() ? bytes(Arch.current()) : null;
  }

  static byte @Nullable [] bytes(Arch arch) {
    return switch (arch) {
      case X86_64 -> HexFormat.of().parseHex(X86Code.HEX);
      case AARCH64 -> HexFormat.of().parseHex(Aarch64Code.HEX);
      default -> null;
    };
  }

  /** Returns whether the kernel requires the address of the code that returns from a signal. */
  static boolean needsRestorer() {
    return Arch.current() == Arch.X86_64;
  }
}
