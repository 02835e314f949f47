package io.mman.internal.error;

import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.proc.Proc;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Explains which limit made a call fail, how high it is and how much of it is in use. */
public final class ResourceLimits {

  /**
   * How many areas below the limit still count as reaching it, because other threads and the JVM
   * map and unmap memory while the figures are read.
   */
  private static final long NEARLY = 16;

  /**
   * A process with this capability may lock any amount of memory, but only in the initial user
   * namespace.
   */
  private static final int CAP_IPC_LOCK = 14;

  private ResourceLimits() {}

  /** Preloads the classes needed to explain a failure to map. */
  public static void prepare() {
    Proc.maxMapCount();
  }

  /** Preloads the classes needed by {@link #descriptors}. */
  public static void prepareForFiles() {
    ProcessCalls.loadDescriptorLimit();
  }

  /**
   * Explains {@code ENOMEM} of a call that changes mappings. The explanation is the limit that was
   * reached; if none was, the other reason, or a list of all limits.
   *
   * @param more requested bytes of address space
   * @param data requested bytes of private writable memory
   * @param charged requested bytes that count against the memory and swap of the system
   * @param otherwise another possible reason
   */
  public static String reached(long more, long data, long charged, @Nullable String otherwise) {
    String reason = areas();
    if (reason == null && more > 0) {
      reason = addressSpace(more);
    }
    if (reason == null && data > 0) {
      reason = data(data);
    }
    if (reason == null && charged > 0) {
      reason = overcommit(charged);
    }
    if (reason == null) {
      reason = otherwise;
    }
    return reason != null ? reason : inForce();
  }

  private static @Nullable String addressSpace(long more) {
    return exceeded(
        Proc.limit("Max address space"),
        Proc.statusBytes("VmSize"),
        more,
        "RLIMIT_AS",
        "address space",
        "ulimit -v");
  }

  private static @Nullable String data(long more) {
    return exceeded(
        Proc.limit("Max data size"),
        Proc.statusBytes("VmData"),
        more,
        "RLIMIT_DATA",
        "private writable memory",
        "ulimit -d");
  }

  private static @Nullable String exceeded(
      OptionalLong limit, OptionalLong used, long more, String name, String what, String command) {
    if (limit.isEmpty() || used.isEmpty() || used.getAsLong() <= limit.getAsLong() - more) {
      return null;
    }
    return name
        + " allows "
        + limit.getAsLong()
        + " bytes of "
        + what
        + ", and "
        + used.getAsLong()
        + " are in use: raise the limit ("
        + command
        + ")";
  }

  private static @Nullable String overcommit(long more) {
    long mode = Proc.overcommitMode().orElse(1);
    long memory = Proc.memoryBytes("MemTotal").orElse(0) + Proc.memoryBytes("SwapTotal").orElse(0);
    if (mode == 0 && more > memory) {
      return "vm.overcommit_memory=0 refuses more than the "
          + memory
          + " bytes of memory and swap: map less, or use NORESERVE";
    }
    long limit = Proc.memoryBytes("CommitLimit").orElse(Long.MAX_VALUE);
    long used = Proc.memoryBytes("Committed_AS").orElse(0);
    if (mode == 2 && used > limit - more) {
      return "vm.overcommit_memory=2 commits at most "
          + limit
          + " bytes (CommitLimit), and "
          + used
          + " are committed (Committed_AS): map less, or raise vm.overcommit_ratio";
    }
    return null;
  }

  /**
   * Explains that too few explicit huge pages are free.
   *
   * @param pageBytes their size, or 0 for the default size
   */
  public static String outOfHugePages(long pageBytes) {
    String pool = Proc.hugePagePool(pageBytes);
    return "the pool of huge pages has "
        + count(Proc.number(pool + "nr_hugepages"))
        + " pages, "
        + count(Proc.number(pool + "free_hugepages"))
        + " of them free: enlarge it, for example with echo 64 > "
        + pool
        + "nr_hugepages";
  }

  private static String count(OptionalLong number) {
    return number.isPresent() ? Long.toString(number.getAsLong()) : "an unknown number of";
  }

  /** Explains a failure to lock memory. Returns null if the limit is not the reason. */
  public static @Nullable String locked(long more) {
    return lockable(Proc.statusBytes("VmLck"), more);
  }

  /** Explains a failure to lock all memory, for which everything that is mapped counts. */
  public static @Nullable String lockedAll() {
    return lockable(Proc.statusBytes("VmSize"), 0);
  }

  private static @Nullable String lockable(OptionalLong used, long more) {
    OptionalLong limit = Proc.limit("Max locked memory");
    String remedy = "ulimit -l" + orCapability();
    return isLockingUnlimited()
        ? null
        : exceeded(limit, used, more, "RLIMIT_MEMLOCK", "locked memory", remedy);
  }

  private static boolean isLockingUnlimited() {
    return Proc.hasCapability(CAP_IPC_LOCK) && Proc.isInInitialUserNamespace();
  }

  private static String orCapability() {
    return Proc.isInInitialUserNamespace()
        ? ", or grant CAP_IPC_LOCK"
        : "; CAP_IPC_LOCK has no effect in this user namespace";
  }

  /** Returns whether this process may not lock any memory. */
  public static boolean isLockingForbidden() {
    return Proc.limit("Max locked memory").orElse(1) == 0 && !isLockingUnlimited();
  }

  /** Explains that this process may not lock any memory. */
  public static String lockingForbidden() {
    return "RLIMIT_MEMLOCK is 0: raise it (ulimit -l)" + orCapability();
  }

  /** Explains that no descriptor is free. It opens no file, because it could not. */
  public static String descriptors() {
    long limit = ProcessCalls.descriptorLimit();
    return "RLIMIT_NOFILE allows "
        + (limit < 0 ? "no more" : limit)
        + " descriptors, and all are in use: raise the limit (ulimit -n)";
  }

  /** Explains a failure by the number of memory areas. Returns null if more are allowed. */
  public static @Nullable String areas() {
    OptionalLong limit = Proc.maxMapCount();
    OptionalLong now = Proc.mapCount();
    if (limit.isEmpty() || now.isEmpty()) {
      return null;
    }
    long used = now.getAsLong() + MapCountReserve.released();
    if (used + NEARLY < limit.getAsLong()) {
      return null;
    }
    return "vm.max_map_count allows "
        + limit.getAsLong()
        + " memory areas, and "
        + used
        + " are in use: raise the limit (sysctl -w vm.max_map_count="
        + 4 * limit.getAsLong()
        + "), or map fewer and larger ranges";
  }

  private static String inForce() {
    return "limits in force: "
        + inForce("vm.max_map_count", Proc.maxMapCount(), Proc.mapCount())
        + ", "
        + inForce("RLIMIT_AS", Proc.limit("Max address space"), Proc.statusBytes("VmSize"))
        + ", "
        + inForce("RLIMIT_DATA", Proc.limit("Max data size"), Proc.statusBytes("VmData"))
        + ", "
        + inForce("RLIMIT_MEMLOCK", Proc.limit("Max locked memory"), Proc.statusBytes("VmLck"));
  }

  private static String inForce(String name, OptionalLong limit, OptionalLong used) {
    return name
        + " "
        + (limit.isPresent() ? limit.getAsLong() : "unlimited")
        + (used.isPresent() ? " (" + used.getAsLong() + " used)" : "");
  }
}
