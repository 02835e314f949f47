package io.mman.internal.libc;

import io.mman.internal.platform.Kernel;
import java.lang.foreign.MemorySegment;
import java.nio.LongBuffer;
import org.jspecify.annotations.Nullable;

/** Handlers of signals, and calls of machine code that this process has written. Linux only. */
public final class SignalCalls {
  /** The size of the kernel's signal set in bytes. */
  private static final long SET_BYTES = 8;

  /** The size of the kernel's {@code struct sigaction} on 64-bit processors. */
  private static final int ACTION_WORDS = 4;

  private SignalCalls() {}

  /**
   * Reads and changes the action of a signal. This is not sigaction(3), which the library libjsig
   * may have replaced by one that only installs a handler that is called after that of the JVM.
   *
   * @param action the kernel's structure, or null to change nothing
   * @param previous receives the action so far
   */
  public static int sigaction(int signal, long @Nullable [] action, long[] previous) {
    // long syscall(SYS_rt_sigaction, int, const struct sigaction *, struct sigaction *, size_t);
    long number = Kernel.RT_SIGACTION.number();
    Scratch scratch = Scratch.get();
    LongBuffer words = scratch.structure().asLongBuffer();
    long old = scratch.structureAddress();
    long wanted = 0;
    if (action != null) {
      wanted = old + ACTION_WORDS * Long.BYTES;
      words.put(ACTION_WORDS, action, 0, ACTION_WORDS);
    }
    int result = KernelCalls.SYSCALL.call(number, signal, wanted, old, SET_BYTES);
    words.get(0, previous, 0, ACTION_WORDS);
    return result;
  }

  /** Calls {@code int code(void *argument, size_t length)}, whose result is not an errno. */
  public static int call(MemorySegment code, MemorySegment argument) {
    return CFunction.callCode(code, argument);
  }
}
