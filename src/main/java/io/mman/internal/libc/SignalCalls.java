package io.mman.internal.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.internal.platform.Kernel;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** Handlers of signals, and calls of machine code that this process has written. Linux only. */
public final class SignalCalls {
  /** The size of the kernel's signal set in bytes. */
  private static final long SET_BYTES = 8;

  /** The size of the kernel's {@code struct sigaction} on 64-bit processors. */
  private static final int ACTION_WORDS = 4;

  private static final long ACTION_BYTES = ACTION_WORDS * 8L;

  private static final FunctionDescriptor ACTION_SHAPE =
      FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);

  private SignalCalls() {}

  // long syscall(SYS_rt_sigaction, int, const struct sigaction *, struct sigaction *, size_t);
  private static final class RtSigaction {
    static final MethodHandle CALL = Linking.linkVariadic("syscall", ACTION_SHAPE, 1);
  }

  /**
   * Reads and changes the action of a signal. This is not sigaction(3), which the library libjsig
   * may have replaced by one that only installs a handler that is called after that of the JVM.
   *
   * @param action the kernel's structure, or null to change nothing
   * @param previous receives the action so far
   */
  public static int sigaction(int signal, long @Nullable [] action, long[] previous) {
    long number = Kernel.RT_SIGACTION.number();
    MemorySegment scratch = Scratch.get();
    MemorySegment old = scratch.asSlice(Scratch.STRUCTURE, ACTION_BYTES);
    MemorySegment wanted = MemorySegment.NULL;
    if (action != null) {
      wanted = scratch.asSlice(Scratch.STRUCTURE + ACTION_BYTES, ACTION_BYTES);
      MemorySegment.copy(action, 0, wanted, JAVA_LONG, 0, ACTION_WORDS);
    }
    try {
      long result =
          (long)
              RtSigaction.CALL.invokeExact(scratch, number, (long) signal, wanted, old, SET_BYTES);
      MemorySegment.copy(old, JAVA_LONG, 0, previous, 0, ACTION_WORDS);
      return (int) Scratch.result(result, scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  private static final class Code {
    static final MethodHandle CALL = Linking.linkCode(MemoryCalls.RANGE);
  }

  /** Calls {@code int code(void *argument, size_t length)}, whose result is not an errno. */
  public static int call(MemorySegment code, MemorySegment argument) {
    MemorySegment scratch = Scratch.get();
    try {
      return (int) Code.CALL.invokeExact(code, scratch, argument, argument.byteSize());
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }
}
