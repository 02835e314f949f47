package io.mman.internal.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.internal.platform.Limit;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The calls on the process as a whole. */
public final class ProcessCalls {
  private static final FunctionDescriptor FLAGS = FunctionDescriptor.of(JAVA_INT, JAVA_INT);
  private static final FunctionDescriptor NOTHING = FunctionDescriptor.of(JAVA_INT);

  private static final int PR_SET_VMA = 0x53564d41;
  private static final long PR_SET_VMA_ANON_NAME = 0;

  private ProcessCalls() {}

  /**
   * Tells whether the JDK lets this module call C, without the warning that asking by doing gives.
   */
  public static boolean isNativeAccessEnabled() {
    return ProcessCalls.class.getModule().isNativeAccessEnabled();
  }

  // int mlockall(int flags);
  private static final class Mlockall {
    static final MethodHandle CALL = Linking.link("mlockall", FLAGS);
  }

  /** Keeps the whole process in memory. */
  public static int mlockall(int flags) {
    MemorySegment scratch = Scratch.get();
    try {
      return Scratch.result((int) Mlockall.CALL.invokeExact(scratch, flags), scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int munlockall(void);
  private static final class Munlockall {
    static final MethodHandle CALL = Linking.link("munlockall", NOTHING);
  }

  /** Lets the pages of the whole process be reclaimed again. */
  public static int munlockall() {
    MemorySegment scratch = Scratch.get();
    try {
      return Scratch.result((int) Munlockall.CALL.invokeExact(scratch), scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int getpagesize(void);
  private static final class Getpagesize {
    /**
     * In the shape of munmap: a new one costs a JVM's first map several milliseconds, and by every
     * calling convention a function may be given arguments that it does not look at.
     */
    static final MethodHandle CALL = Linking.link("getpagesize", MemoryCalls.RANGE);
  }

  private static int pageSize;

  /** Returns the size of a page in bytes, which is asked for once. */
  public static long pageSize() {
    if (pageSize == 0) {
      pageSize = getpagesize();
    }
    return pageSize;
  }

  private static int getpagesize() {
    MemorySegment scratch = Scratch.get();
    try {
      return Scratch.result(
          (int) Getpagesize.CALL.invokeExact(scratch, MemorySegment.NULL, 0L), scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // uid_t geteuid(void);
  private static final class Geteuid {
    static final MethodHandle CALL = Linking.link("geteuid", NOTHING);
  }

  /** Returns the user whose rights the process has. */
  public static int geteuid() {
    MemorySegment scratch = Scratch.get();
    try {
      return (int) Geteuid.CALL.invokeExact(scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int prctl(int op, ... /* unsigned long arg2, arg3, arg4, arg5 */);
  private static final class Prctl {
    static final MethodHandle CALL =
        Linking.linkVariadic(
            "prctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS),
            1);
  }

  /** Names a range of anonymous memory: PR_SET_VMA_ANON_NAME of Linux. */
  public static int nameMemory(MemorySegment range, MemorySegment name) {
    MemorySegment scratch = Scratch.get();
    try {
      return Scratch.result(
          (int)
              Prctl.CALL.invokeExact(
                  scratch, PR_SET_VMA, PR_SET_VMA_ANON_NAME, range, range.byteSize(), name),
          scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  /**
   * Linked when it is needed, but in no holder of its own: without a descriptor left its class
   * could not be loaded, and to link it in time would cost every program milliseconds.
   */
  // int getrlimit(int resource, struct rlimit *rlim);
  private static MethodHandle getrlimit() {
    return Linking.link("getrlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  }

  /** Loads what {@link #descriptorLimit} takes. */
  public static void loadDescriptorLimit() {
    Limit.NOFILE.number();
  }

  /** Returns how many descriptors this process may have open, or the negative errno. */
  public static long descriptorLimit() {
    MemorySegment scratch = Scratch.get();
    MemorySegment limit = scratch.asSlice(Scratch.STRUCTURE, 2 * Long.BYTES);
    int resource = Limit.NOFILE.number();
    int result;
    try {
      result = (int) getrlimit().invokeExact(scratch, resource, limit);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
    return result == 0 ? limit.get(JAVA_LONG, 0) : Scratch.result(result, scratch);
  }
}
