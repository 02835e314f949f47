package io.mman.internal.libc;

import io.mman.internal.platform.Limit;
import java.lang.foreign.MemorySegment;

/** The calls that concern the process as a whole. */
public final class ProcessCalls {
  // int mlockall(int flags);
  private static final CFunction MLOCKALL = new CFunction("mlockall");
  // int munlockall(void);
  private static final CFunction MUNLOCKALL = new CFunction("munlockall");
  // int getpagesize(void);
  private static final CFunction GETPAGESIZE = new CFunction("getpagesize");
  // pid_t getpid(void);
  private static final CFunction GETPID = new CFunction("getpid");
  // uid_t geteuid(void);
  private static final CFunction GETEUID = new CFunction("geteuid");
  // int prctl(int op, ... /* unsigned long arg2, arg3, arg4, arg5 */);
  private static final CFunction PRCTL = new CFunction("prctl", 1);
  // int getrlimit(int resource, struct rlimit *rlim);
  private static final CFunction GETRLIMIT = new CFunction("getrlimit");

  private static final int PR_SET_VMA = 0x53564d41;
  private static final long PR_SET_VMA_ANON_NAME = 0;

  private static int pageSize;
  private static int pid;

  private ProcessCalls() {}

  /** Returns whether native access is enabled, without the warning that an attempt would print. */
  public static boolean isNativeAccessEnabled() {
    return ProcessCalls.class.getModule().isNativeAccessEnabled();
  }

  /** Locks the memory of the whole process. */
  public static int mlockall(int flags) {
    return MLOCKALL.call(flags, 0, 0, 0, 0);
  }

  /** Unlocks the memory of the whole process. */
  public static int munlockall() {
    return MUNLOCKALL.call(0, 0, 0, 0, 0);
  }

  /** Returns the page size in bytes. Only the first call asks the system. */
  public static long pageSize() {
    if (pageSize == 0) {
      pageSize = GETPAGESIZE.call(0, 0, 0, 0, 0);
    }
    return pageSize;
  }

  /** Returns the number of this process. Only the first call asks the system. */
  static int pid() {
    if (pid == 0) {
      pid = pidNow();
    }
    return pid;
  }

  /** Returns the number of this process, which may have another one after it was restored. */
  static int pidNow() {
    return GETPID.call(0, 0, 0, 0, 0);
  }

  /** Returns the number of the user whose permissions the process has. */
  public static int geteuid() {
    return GETEUID.call(0, 0, 0, 0, 0);
  }

  /**
   * Names a range of anonymous memory with PR_SET_VMA_ANON_NAME. Linux only. The name is in an
   * arena of this thread, which cannot be closed meanwhile.
   */
  public static int nameMemory(MemorySegment range, MemorySegment name) {
    return PRCTL.call(
        PR_SET_VMA,
        PR_SET_VMA_ANON_NAME,
        range.address(),
        range.byteSize(),
        name.address(),
        0,
        range);
  }

  /** Preloads the classes needed by {@link #descriptorLimit}. */
  public static void loadDescriptorLimit() {
    Limit.NOFILE.number();
  }

  /** Returns the maximum number of open descriptors of this process, or the negative errno. */
  public static long descriptorLimit() {
    Scratch scratch = Scratch.get();
    int result = GETRLIMIT.call(Limit.NOFILE.number(), scratch.structureAddress(), 0, 0, 0);
    return result == 0 ? scratch.structure().getLong(0) : result;
  }
}
