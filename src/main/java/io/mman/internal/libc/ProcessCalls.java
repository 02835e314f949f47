package io.mman.internal.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.internal.platform.Limit;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The calls that concern the process as a whole. */
public final class ProcessCalls {
  private static final FunctionDescriptor FLAGS = FunctionDescriptor.of(JAVA_INT, JAVA_INT);
  private static final FunctionDescriptor NOTHING = FunctionDescriptor.of(JAVA_INT);

  private static final int PR_SET_VMA = 0x53564d41;
  private static final long PR_SET_VMA_ANON_NAME = 0;

  private ProcessCalls() {}

  /** Returns whether native access is enabled, without the warning that an attempt would print. */
  public static boolean isNativeAccessEnabled() {
    return ProcessCalls.class.getModule().isNativeAccessEnabled();
  }

  // int mlockall(int flags);
  private static final class Mlockall {
    static final MethodHandle CALL = Linking.link("mlockall", FLAGS);
  }

  /** Locks the memory of the whole process. */
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

  /** Unlocks the memory of the whole process. */
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
     * Has the shape of munmap, because another shape would add several milliseconds to the first
     * map of a JVM. Every calling convention allows additional arguments, which the function
     * ignores.
     */
    static final MethodHandle CALL = Linking.link("getpagesize", MemoryCalls.RANGE);
  }

  private static int pageSize;

  /** Returns the page size in bytes. Only the first call asks the system. */
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

  /** Returns the number of the user whose permissions the process has. */
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

  /** Names a range of anonymous memory with PR_SET_VMA_ANON_NAME. Linux only. */
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
   * Links getrlimit for each call. It has no holder class, which could not be loaded when no
   * descriptor is free; linking it in advance would cost every program milliseconds.
   */
  // int getrlimit(int resource, struct rlimit *rlim);
  private static MethodHandle getrlimit() {
    return Linking.link("getrlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  }

  /** Preloads the classes needed by {@link #descriptorLimit}. */
  public static void loadDescriptorLimit() {
    Limit.NOFILE.number();
  }

  /** Returns the maximum number of open descriptors of this process, or the negative errno. */
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
